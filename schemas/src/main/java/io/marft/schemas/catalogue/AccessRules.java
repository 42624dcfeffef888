package io.marft.schemas.catalogue;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The least that a role must be allowed on a cluster whose authorizer denies the rest, as Kafka's ACLs: the catalogue's
 * topics, and the consumer groups, transactional ids and internal topics of {@link ClientNames}. A right to read or to write
 * implies the right to describe; an idempotent producer needs nothing beside its topics.
 */
public final class AccessRules {

    private final TopicNames names;
    private final ClientNames clients;
    private final Team team;

    /** @param team whose agents, trainer and environment the rules are for */
    public AccessRules(TopicNames names, Team team) {
        this.names = names;
        this.clients = new ClientNames(names.prefix());
        this.team = team;
    }

    /**
     * The rights of a role; of none if nothing plays it yet.
     *
     * @param principal who plays it, for instance {@code User:marft-router}
     */
    public List<AclBinding> of(Role role, String principal) {
        Rights rights = new Rights(principal);
        boolean watches = role.isService();
        for (Topic topic : Topic.values()) {
            if (role.reads().contains(topic)) {
                touches(rights, topic, watches, READ);
            }
            if (role.writes().contains(topic)) {
                touches(rights, topic, watches, WRITE);
            }
        }
        switch (role.clients()) {
            case PLAIN -> {}
            case STREAMS -> rights.streams(clients.application(role.label()));
            case AGENTS -> {
                for (TeamAgent agent : team.getAgents()) {
                    rights.allow(GROUP, clients.agent(team.getName(), agent.getName()), LITERAL, READ);
                    rights.allow(
                            TRANSACTIONAL_ID,
                            clients.agentMember(team.getName(), agent.getName(), ""),
                            PREFIXED,
                            WRITE);
                }
                rights.allow(GROUP, clients.adapterFollower(team.getName(), ""), PREFIXED, READ);
                rights.allow(TRANSACTIONAL_ID, clients.adapterFollower(team.getName(), ""), PREFIXED, WRITE);
            }
            case TRAINER -> {
                rights.allow(GROUP, clients.trainer(team.getName()), LITERAL, READ);
                rights.allow(GROUP, clients.trainerLease(team.getName()), LITERAL, READ);
                rights.allow(TRANSACTIONAL_ID, clients.trainer(team.getName()), LITERAL, WRITE);
            }
            case ENVIRONMENT -> {
                rights.allow(GROUP, clients.environments(team.getName()), PREFIXED, READ);
                rights.allow(TRANSACTIONAL_ID, clients.environments(team.getName()), PREFIXED, WRITE);
            }
            case ADMIN -> {
                rights.allow(TOPIC, names.prefix() + ".", PREFIXED, CREATE, DESCRIBE, DESCRIBE_CONFIGS);
                rights.allow(GROUP, names.prefix() + ".", PREFIXED, DESCRIBE);
                rights.allow(TRANSACTIONAL_ID, names.prefix() + ".", PREFIXED, DESCRIBE);
            }
        }
        return rights.bindings;
    }

    /** A service also looks whether its topics have the settings that the catalogue promises. */
    private void touches(Rights rights, Topic topic, boolean watches, AclOperation operation) {
        AclOperation[] operations =
                watches ? new AclOperation[] {operation, DESCRIBE_CONFIGS} : new AclOperation[] {operation};
        if (topic != Topic.TURNS) {
            rights.allow(TOPIC, names.of(topic), LITERAL, operations);
        } else if (operation == WRITE) {
            rights.allow(TOPIC, names.allTurns(), PREFIXED, operations); // Teams come while it runs.
        } else {
            for (TeamAgent agent : team.getAgents()) {
                rights.allow(TOPIC, names.turns(team.getName(), agent.getName()), LITERAL, operations);
            }
        }
    }

    private record Rights(String principal, List<AclBinding> bindings) {

        Rights(String principal) {
            this(principal, new ArrayList<>());
        }

        void allow(ResourceType type, String name, PatternType pattern, AclOperation... operations) {
            for (AclOperation operation : operations) {
                AclBinding binding = new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
                if (!bindings.contains(binding)) {
                    bindings.add(binding);
                }
            }
        }

        /** Of a Kafka Streams application, whose changelogs and transactional ids begin with its id and a hyphen. */
        void streams(String application) {
            allow(TOPIC, application + "-", PREFIXED, CREATE, READ, WRITE);
            allow(GROUP, application, LITERAL, READ);
            allow(TRANSACTIONAL_ID, application + "-", PREFIXED, WRITE);
        }
    }
}
