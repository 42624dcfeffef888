package io.marft.schemas.catalogue;

import java.util.Arrays;

/**
 * The names under which this system's clients are known to a cluster: consumer groups, transactional ids, ids of Kafka
 * Streams applications, and client ids. Services take their names from here, and {@link AccessRules} the names that they
 * allow. A name is the identity of what has been read and of what is being written: who changes one begins anew.
 *
 * @param prefix the first part of every name, as of the topics'
 */
public record ClientNames(String prefix) {

    private static final String LEASE = ".lease";

    public ClientNames {
        new TopicNames(prefix); // Holds the prefix to its rule.
    }

    /** What an agent's service calls itself in dead letters and logs. Neither name has a dot in it. */
    public static String agentService(String team, String agent) {
        return Role.AGENT.label() + "." + team + "." + agent;
    }

    /**
     * The id of a Kafka Streams application, which is its group, too. Its transactional ids and its own topics begin with
     * this id and a hyphen.
     *
     * @param service the service's name, such as {@code router}
     */
    public String application(String service) {
        return under(service);
    }

    /** Whether a topic is one in which a Kafka Streams application of this prefix keeps the state of episodes. */
    public boolean isState(String topic) {
        return Arrays.stream(Role.values())
                        .anyMatch(role -> role.hasState() && topic.startsWith(application(role.label()) + "-"))
                && topic.endsWith("-changelog");
    }

    /** The group that shares an agent's turns. */
    public String agent(String team, String agent) {
        return under(agentService(team, agent));
    }

    /**
     * The transactional id of one member of an agent's group.
     *
     * @param instance the member's own name; empty for what all members' ids begin with
     */
    public String agentMember(String team, String agent, String instance) {
        return agent(team, agent) + "." + instance;
    }

    /**
     * The group in which a process notes of which adapter records of a team it has written dead letters, and the transactional
     * id under which it does.
     *
     * @param instance the process's own name; empty for what the names of all processes begin with
     */
    public String adapterFollower(String team, String instance) {
        return under("serving." + team + "." + instance);
    }

    /** The transactional id of a team's trainer, and the group that holds its offsets. */
    public String trainer(String team) {
        return under(Role.TRAINER.label() + "." + team);
    }

    /** The group of which a team's one living trainer is the only member that owns anything. */
    public String trainerLease(String team) {
        return trainer(team) + LEASE;
    }

    /** Whether a group is a {@linkplain #trainerLease lease}, whose offsets say nothing of what was read. */
    public boolean isLease(String group) {
        return group.startsWith(trainer("")) && group.endsWith(LEASE);
    }

    /** The transactional id of a stream of problems, and the group that holds where it stands. */
    public String environment(String team, long seed) {
        return environments(team) + seed;
    }

    /** What the names of all streams of a team's problems begin with. */
    public String environments(String team) {
        return under(Role.ENVIRONMENT.label() + "." + team + ".");
    }

    /** The client id of a producer of a single question. */
    public String asker() {
        return under("asker");
    }

    /** The client id of a producer of held-out problems. */
    public String evaluator() {
        return under(Role.EVALUATOR.label());
    }

    /** The client id of a producer that writes dead letters' records once more. */
    public String letterReplay() {
        return under(Topic.DEAD_LETTERS.suffix());
    }

    /** Whether a group is one of this prefix. */
    public boolean isOurs(String group) {
        return group.startsWith(under(""));
    }

    private String under(String name) {
        return prefix + "." + name;
    }
}
