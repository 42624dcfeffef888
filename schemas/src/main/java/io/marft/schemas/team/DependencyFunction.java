package io.marft.schemas.team;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A team's dependency function D within one step: D(i, j) = 1 when agent j's action conditions on agent i's. It is the
 * one place that interprets {@code after}, {@code when} and {@code retry}; routing, scoring, assembly and credit all ask
 * it.
 *
 * <p>Flattening a step gives a topological order of D with ties in declared order (MARFT, the decision process). D is
 * dynamic: an agent is decided once it has acted or is skipped, and it is skipped if all its predecessors are decided and
 * its condition is false. A skipped agent's successors go on without its action. What a step comes to depends on its
 * input and on what agents say, and on no order in which they say it.
 *
 * <p>Immutable and thread-safe.
 */
public final class DependencyFunction {

    private final Map<String, TeamAgent> agents = new LinkedHashMap<>();
    private final List<TeamAgent> order;
    private final Conditions conditions;
    private final Set<String> leadingToAnswers;

    /**
     * Checks the team and flattens it.
     *
     * @throws TeamException if names repeat, {@code after} names nobody or the agent itself, D has a cycle, nobody
     *     answers or no other agent's work reaches who answers, or a condition cannot be used
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
        this.order = flatten(team);
        this.conditions = new Conditions(team);
        this.leadingToAnswers = Set.copyOf(leadingToAnswers(agents.keySet()));
        checkAnswers(team);
    }

    private void checkAnswers(Team team) {
        if (answering().isEmpty()) {
            throw refused(team, "nobody answers: set 'answers: true' on at least one agent");
        }
        List<String> others = agents.values().stream()
                .filter(agent -> !agent.getAnswers())
                .map(TeamAgent::getName)
                .toList();
        boolean heard = others.stream().anyMatch(this::leadsToAnswer);
        if (!others.isEmpty() && !heard && !conditions.opensSteps()) {
            throw refused(
                    team,
                    "agent '" + answering().get(0).getName() + "' answers but is reached by none of " + others
                            + ": list in its 'after' whose actions it conditions on");
        }
    }

    private List<TeamAgent> flatten(Team team) {
        List<TeamAgent> flat = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        while (flat.size() < agents.size()) {
            List<TeamAgent> next = agents.values().stream()
                    .filter(agent -> !placed.contains(agent.getName()) && placed.containsAll(agent.getAfter()))
                    .toList();
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

    /** Whether an agent may be skipped: some agent has a condition. */
    public boolean skips() {
        return conditions.skips();
    }

    /** Whether the team opens the steps behind the first one itself, by {@code retry}; else its environment does. */
    public boolean opensSteps() {
        return conditions.opensSteps();
    }

    /**
     * How far a step is.
     *
     * @param input what the step began with
     * @param texts what each agent said that acted so far, by name
     * @throws ConditionException if a condition has no value for these texts
     */
    public StepState state(StepInput input, Map<String, String> texts) throws ConditionException {
        Set<String> decided = new HashSet<>(texts.keySet());
        Set<String> skipped = new HashSet<>();
        Set<String> ready = new HashSet<>();
        for (TeamAgent agent : order) {
            String name = agent.getName();
            if (texts.containsKey(name) || !decided.containsAll(agent.getAfter())) {
                continue;
            }
            if (conditions.acts(agent, input, texts)) {
                ready.add(name);
            } else {
                skipped.add(name);
                decided.add(name);
            }
        }
        return new StepState(
                skipped,
                agents.values().stream()
                        .filter(agent -> ready.contains(agent.getName()))
                        .toList(),
                decided.containsAll(agents.keySet()));
    }

    /**
     * Whether a complete step is to be followed by another of the same messages, if the horizon leaves one.
     *
     * @param texts what each agent said that acted in it, by name
     * @throws ConditionException if the condition has no value for these texts
     */
    public boolean retries(StepInput input, Map<String, String> texts) throws ConditionException {
        return conditions.retries(input, texts);
    }

    /**
     * Whether a step is the last one by {@code retry}: it is complete and not to be followed by another. It is not as long
     * as agents are to act in it, nor where a condition has no value.
     *
     * @param texts what each agent said that acted in it, by name
     */
    public boolean ends(StepInput input, Map<String, String> texts) {
        try {
            return state(input, texts).complete() && !retries(input, texts);
        } catch (ConditionException e) {
            return false;
        }
    }

    /** The agents whose actions answer the environment, in declared order. */
    public List<TeamAgent> answering() {
        return agents.values().stream().filter(TeamAgent::getAnswers).toList();
    }

    /**
     * The agent whose decision takes the step's reward: the last in the order, of those that acted, from which D leads to
     * an answer through agents that acted. An agent behind the answers, such as a verifier that sends work back, cannot
     * have changed this step's score.
     *
     * @param acted names of the agents that acted
     * @return empty if nobody answered
     */
    public Optional<TeamAgent> rewarded(Set<String> acted) {
        Set<String> leading = leadingToAnswers(acted);
        return order.stream().filter(agent -> leading.contains(agent.getName())).reduce((earlier, later) -> later);
    }

    /** Whether an agent's action can change an answer: it is one, or D leads from it to one. */
    public boolean leadsToAnswer(String name) {
        return leadingToAnswers.contains(name);
    }

    /** Names of those agents from which D leads to an answer through these agents only, in one sweep from D's end. */
    private Set<String> leadingToAnswers(Set<String> among) {
        Set<String> leading = new HashSet<>();
        for (int i = order.size() - 1; i >= 0; i--) {
            TeamAgent agent = order.get(i);
            // Whoever comes after it has marked it by now.
            if (!among.contains(agent.getName())) {
                leading.remove(agent.getName());
            } else if (agent.getAnswers() || leading.contains(agent.getName())) {
                leading.add(agent.getName());
                leading.addAll(agent.getAfter());
            }
        }
        return leading;
    }
}
