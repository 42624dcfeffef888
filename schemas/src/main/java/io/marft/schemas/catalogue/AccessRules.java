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
        for (Topic topic : Topic.values()) {
            if (role.reads().contains(topic)) {
                reads(rights, topic);
            }
            if (role.writes().contains(topic)) {
                writes(rights, topic);
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
            case ADMIN -> rights.allow(TOPIC, names.prefix() + ".", PREFIXED, CREATE, DESCRIBE);
        }
        return rights.bindings;
    }

    private void reads(Rights rights, Topic topic) {
        if (topic == Topic.TURNS) {
            team.getAgents()
                    .forEach(agent -> rights.allow(TOPIC, names.turns(team.getName(), agent.getName()), LITERAL, READ));
        } else {
            rights.allow(TOPIC, names.of(topic), LITERAL, READ);
        }
    }

    private void writes(Rights rights, Topic topic) {
        if (topic == Topic.TURNS) {
            rights.allow(TOPIC, names.allTurns(), PREFIXED, WRITE); // Teams come while it runs.
        } else {
            rights.allow(TOPIC, names.of(topic), LITERAL, WRITE);
        }
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
