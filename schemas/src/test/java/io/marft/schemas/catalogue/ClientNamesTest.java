package io.marft.schemas.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

class ClientNamesTest {

    private final ClientNames names = new ClientNames("green");

    /** Offsets and transactions of running clusters are kept under these names. */
    @Test
    void shouldKeepTheNamesThatRunningClustersKnow() {
        assertEquals("green.router", names.application("router"));
        assertEquals("green.agent.pair.actor", names.agent("pair", "actor"));
        assertEquals("green.agent.pair.actor.host-1", names.agentMember("pair", "actor", "host-1"));
        assertEquals("green.serving.pair.host-1", names.adapterFollower("pair", "host-1"));
        assertEquals("green.trainer.pair", names.trainer("pair"));
        assertEquals("green.trainer.pair.lease", names.trainerLease("pair"));
        assertEquals("green.environment.pair.7", names.environment("pair", 7));
        assertEquals("agent.pair.actor", ClientNames.agentService("pair", "actor"));
        assertEquals(
                List.of("green.asker", "green.evaluator", "green.dead-letters"),
                List.of(names.asker(), names.evaluator(), names.letterReplay()));
    }

    @Test
    void shouldKnowTheTopicsInWhichServicesKeepState() {
        assertTrue(names.isState("green.router-episodes-changelog"));
        assertFalse(names.isState("green.observations"));
        assertFalse(names.isState("green.trainer-x-changelog"));
        assertFalse(names.isState("blue.router-episodes-changelog"));
    }

    @Test
    void shouldTellItsOwnGroupsFromOthers() {
        assertTrue(names.isOurs("green.router"));
        assertFalse(names.isOurs("greenhouse.router"));
        assertFalse(names.isOurs("green"));
    }

    @Test
    void shouldHoldThePrefixToTheTopicsRule() {
        assertThrows(IllegalArgumentException.class, () -> new ClientNames("no spaces"));
    }

    /** Every name that a service takes is one that its role is allowed. */
    @Test
    void shouldAllowEachRoleItsNames() {
        AccessRules rules = new AccessRules(new TopicNames("green"), team());

        assertAllowed(rules, Role.ROUTER, names.application("router"), names.application("router") + "-0");
        assertAllowed(rules, Role.REWARD, names.application("reward"), names.application("reward") + "-0");
        assertAllowed(rules, Role.ASSEMBLER, names.application("assembler"), names.application("assembler") + "-0");
        assertAllowed(rules, Role.AGENT, names.agent("pair", "actor"), names.agentMember("pair", "actor", "x"));
        assertAllowed(rules, Role.AGENT, names.adapterFollower("pair", "x"), names.adapterFollower("pair", "x"));
        assertAllowed(rules, Role.TRAINER, names.trainer("pair"), names.trainer("pair"));
        assertAllowed(rules, Role.TRAINER, names.trainerLease("pair"), names.trainer("pair"));
        assertAllowed(rules, Role.ENVIRONMENT, names.environment("pair", 7), names.environment("pair", 7));
    }

    private static void assertAllowed(AccessRules rules, Role role, String group, String transactionalId) {
        List<AclBinding> bindings = rules.of(role, "User:x");
        assertTrue(covered(bindings, ResourceType.GROUP, group), () -> group + " of " + allowed(bindings));
        assertTrue(
                covered(bindings, ResourceType.TRANSACTIONAL_ID, transactionalId),
                () -> transactionalId + " of " + allowed(bindings));
    }

    private static boolean covered(List<AclBinding> bindings, ResourceType type, String name) {
        return bindings.stream()
                .map(AclBinding::pattern)
                .filter(pattern -> pattern.resourceType() == type)
                .anyMatch(pattern -> pattern.patternType() == PatternType.LITERAL
                        ? pattern.name().equals(name)
                        : name.startsWith(pattern.name()));
    }

    private static Set<String> allowed(List<AclBinding> bindings) {
        return bindings.stream().map(AclBinding::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Team team() {
        return Team.newBuilder()
                .setName("pair")
                .setVersion(1)
                .setAgents(List.of(TeamAgent.newBuilder()
                        .setName("actor")
                        .setProfile("")
                        .setAfter(List.of())
                        .setWhen("")
                        .setAnswers(true)
                        .setSampling(new Sampling(1f, 0, 1f, 64, 0f, List.of(), List.of()))
                        .build()))
                .setHorizon(1)
                .setRetry("")
                .setDeadlineMillis(1000)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }
}
