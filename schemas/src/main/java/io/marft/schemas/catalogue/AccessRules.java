package io.marft.schemas.catalogue;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
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
 * topics, and the consumer groups, transactional ids and internal topics under the names that the services give them. To
 * read or to write implies to describe; an idempotent producer needs nothing beside its topics.
 */
public final class AccessRules {

    private final TopicNames names;
    private final Team team;

    /** @param team whose agents, trainer and environment the rules are for */
    public AccessRules(TopicNames names, Team team) {
        this.names = names;
        this.team = team;
    }

    /**
     * The rights of a role; of none if nothing plays it yet.
     *
     * @param principal who plays it, for instance {@code User:marft-router}
     */
    public List<AclBinding> of(Role role, String principal) {
        Rights rights = new Rights(principal);
        for (Topic topic : Topic.values()) {
            if (topic != Topic.TURNS) {
                if (topic.readers().contains(role)) {
                    rights.allow(TOPIC, names.of(topic), LITERAL, READ);
                }
                if (topic.writers().contains(role)) {
                    rights.allow(TOPIC, names.of(topic), LITERAL, WRITE);
                }
            }
        }
        String prefix = names.prefix() + ".";
        switch (role) {
            case ROUTER -> {
                // Teams come while it runs.
                rights.allow(TOPIC, names.turns(""), PREFIXED, WRITE);
                rights.streams(prefix + "router");
            }
            case REWARD -> rights.streams(prefix + "reward");
            case ASSEMBLER -> rights.streams(prefix + "assembler");
            case AGENT -> {
                for (TeamAgent agent : team.getAgents()) {
                    String group = prefix + "agent." + agent.getName();
                    rights.allow(TOPIC, names.turns(agent.getName()), LITERAL, READ);
                    rights.allow(GROUP, group, LITERAL, READ);
                    rights.allow(TRANSACTIONAL_ID, group + ".", PREFIXED, WRITE);
                }
                // Each process notes of which adapters' records it has written dead letters.
                rights.allow(GROUP, prefix + "agent.serving." + team.getName() + ".", PREFIXED, READ);
            }
            case TRAINER -> {
                String trainer = prefix + "trainer." + team.getName();
                rights.allow(GROUP, trainer, LITERAL, READ);
                rights.allow(GROUP, trainer + ".lease", LITERAL, READ);
                rights.allow(TRANSACTIONAL_ID, trainer, LITERAL, WRITE);
            }
            case ENVIRONMENT -> {
                rights.allow(GROUP, prefix + "environment." + team.getName() + ".", PREFIXED, READ);
                rights.allow(TRANSACTIONAL_ID, prefix + "environment." + team.getName() + ".", PREFIXED, WRITE);
            }
            case OPERATOR -> rights.allow(TOPIC, prefix, PREFIXED, CREATE, DESCRIBE);
            case EVALUATOR, AUDITOR, CLIENT -> {
                // They read without a group and write without transactions.
            }
        }
        return rights.bindings;
    }

    private record Rights(String principal, List<AclBinding> bindings) {

        Rights(String principal) {
            this(principal, new ArrayList<>());
        }

        void allow(ResourceType type, String name, PatternType pattern, AclOperation... operations) {
            for (AclOperation operation : operations) {
                bindings.add(new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW)));
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
