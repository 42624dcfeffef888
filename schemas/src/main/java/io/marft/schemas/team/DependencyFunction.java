package io.marft.schemas.team;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A team's dependency function D within one step: D(i, j) = 1 when agent j's action conditions on agent i's. It is the
 * one place that interprets {@code after}; routing, scoring, assembly and credit all ask it.
 *
 * <p>Flattening a step gives a topological order of D with ties in declared order (MARFT, the decision process).
 * Immutable and thread-safe.
 */
public final class DependencyFunction {

    private final Map<String, TeamAgent> agents = new LinkedHashMap<>();
    private final List<TeamAgent> order;

    /**
     * Checks the team and flattens it.
     *
     * @throws TeamException if names repeat, {@code after} names nobody or the agent itself, D has a cycle,
     *     nobody answers, or an agent has a condition
     */
    public DependencyFunction(Team team) {
        for (TeamAgent agent : team.getAgents()) {
            if (agents.put(agent.getName(), agent) != null) {
                throw refused(team, "agent '" + agent.getName() + "' is declared twice: give each agent its own name");
            }
        }
        if (agents.isEmpty()) {
            throw refused(team, "has no agents: declare at least one");
        }
        for (TeamAgent agent : agents.values()) {
            for (String name : agent.getAfter()) {
                if (!agents.containsKey(name)) {
                    throw refused(
                            team,
                            "agent '" + agent.getName() + "' is after '" + name
                                    + "', which is no agent of the team: name one of " + agents.keySet());
                }
            }
        }
        for (TeamAgent agent : agents.values()) {
            if (!agent.getWhen().isEmpty()) {
                throw refused(
                        team,
                        "agent '" + agent.getName() + "' has a condition 'when: " + agent.getWhen()
                                + "', which this version does not route by: leave it out");
            }
        }
        this.order = flatten(team);
        if (answering().isEmpty()) {
            throw refused(team, "nobody answers: set 'answers: true' on at least one agent");
        }
    }

    private List<TeamAgent> flatten(Team team) {
        List<TeamAgent> flat = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        while (flat.size() < agents.size()) {
            List<TeamAgent> next = ready(placed);
            if (next.isEmpty()) {
                Set<String> left = new TreeSet<>(agents.keySet());
                left.removeAll(placed);
                throw refused(team, "agents " + left + " wait for each other in a cycle: 'after' must be acyclic");
            }
            // One at a time, so that ties fall in declared order at every place and not only within a layer.
            flat.add(next.get(0));
            placed.add(next.get(0).getName());
        }
        return List.copyOf(flat);
    }

    private static TeamException refused(Team team, String why) {
        return new TeamException("team '" + team.getName() + "' " + why);
    }

    /** All agents in topological order, ties in declared order. */
    public List<TeamAgent> order() {
        return order;
    }

    /**
     * An agent by its name.
     *
     * @throws TeamException if the team has no such agent
     */
    public TeamAgent agent(String name) {
        TeamAgent agent = agents.get(name);
        if (agent == null) {
            throw new TeamException("agent '" + name + "' is none of the team's: " + agents.keySet());
        }
        return agent;
    }

    /** Whether the team has an agent of that name. */
    public boolean has(String name) {
        return agents.containsKey(name);
    }

    /** The agents that an agent's action conditions on, in declared order. */
    public List<TeamAgent> predecessors(String name) {
        List<String> after = agent(name).getAfter();
        return agents.values().stream()
                .filter(other -> after.contains(other.getName()))
                .toList();
    }

    /** The agents that have not acted and whose predecessors all have, in declared order. */
    public List<TeamAgent> ready(Set<String> acted) {
        return agents.values().stream()
                .filter(agent -> !acted.contains(agent.getName()) && acted.containsAll(agent.getAfter()))
                .toList();
    }

    /** Whether every agent has acted. */
    public boolean complete(Set<String> acted) {
        return acted.containsAll(agents.keySet());
    }

    /** The agents whose actions answer the environment, in declared order. */
    public List<TeamAgent> answering() {
        return agents.values().stream().filter(TeamAgent::getAnswers).toList();
    }

    /**
     * The agent whose decision takes the step's reward: the last in the order from which D leads to an answer. An agent
     * behind the answers, such as a verifier that sends work back, cannot have changed this step's score.
     */
    public TeamAgent rewarded() {
        for (int i = order.size() - 1; i >= 0; i--) {
            if (leadsToAnswer(order.get(i).getName())) {
                return order.get(i);
            }
        }
        throw new IllegalStateException("a checked team has an answering agent");
    }

    private boolean leadsToAnswer(String name) {
        if (agents.get(name).getAnswers()) {
            return true;
        }
        return agents.values().stream()
                .anyMatch(other -> other.getAfter().contains(name) && leadsToAnswer(other.getName()));
    }
}
