package io.marft.testkit.verify;

import dev.cel.runtime.CelEvaluationException;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The dependency function D as a person reads it in a team's file: one agent after the other, always the first declared of
 * those whose predecessors are decided. It shares no code with the router. Not thread-safe.
 */
final class Interpreter {

    private final Cel cel = new Cel();

    /** An agent's turn, and which of its predecessors' actions it sees. */
    record Heard(TeamAgent agent, List<PredecessorAction> predecessors) {}

    /**
     * What a step came to.
     *
     * @param turns who had a turn
     * @param acted who acted, in a topological order of D, ties in declared order
     * @param complete whether every agent acted or was skipped
     */
    record Step(List<Heard> turns, Map<String, Action> acted, boolean complete) {}

    /**
     * Interprets a step.
     *
     * @param actions the step's actions by agent
     * @throws CelEvaluationException if a condition has no value
     */
    Step step(Team team, Observation observation, Map<String, Action> actions) throws CelEvaluationException {
        List<TeamAgent> open = new ArrayList<>(team.getAgents());
        List<Heard> turns = new ArrayList<>();
        Map<String, Action> acted = new LinkedHashMap<>();
        Set<String> decided = new HashSet<>();
        for (int i = 0; i < open.size(); i++) {
            TeamAgent agent = open.get(i);
            if (!decided.containsAll(agent.getAfter())) {
                continue;
            }
            open.remove(i);
            i = -1;
            List<PredecessorAction> heard = team.getAgents().stream()
                    .map(TeamAgent::getName)
                    .filter(other -> agent.getAfter().contains(other) && acted.containsKey(other))
                    .map(acted::get)
                    .map(a -> new PredecessorAction(a.getAgent(), a.getAdapterVersion(), a.getText()))
                    .toList();
            Map<String, String> said = new HashMap<>();
            heard.forEach(action -> said.put(action.getAgent(), action.getText()));
            if (!cel.holds(agent.getWhen(), observation, said)) {
                decided.add(agent.getName());
                continue;
            }
            turns.add(new Heard(agent, heard));
            if (actions.containsKey(agent.getName())) {
                acted.put(agent.getName(), actions.get(agent.getName()));
                decided.add(agent.getName());
            }
        }
        return new Step(turns, acted, open.isEmpty() && acted.size() == turns.size());
    }

    /** Whether a complete step of a team that opens its own steps is followed by another. */
    boolean retries(Team team, Observation observation, Step step) throws CelEvaluationException {
        Map<String, String> said = new HashMap<>();
        step.acted().forEach((agent, action) -> said.put(agent, action.getText()));
        return cel.holds(team.getRetry(), observation, said);
    }
}
