package io.marft.schemas.team;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A team's conditions: each agent's {@code when}, and the team's {@code retry}. An agent's condition sees the actions of
 * that agent's predecessors only, so that its value does not depend on what others happen to have said by then.
 *
 * <p>Immutable and thread-safe.
 */
final class Conditions {

    private final Map<String, Condition> when = new HashMap<>();
    private final Optional<Condition> retry;

    /** @throws TeamException if a condition cannot be used */
    Conditions(Team team) {
        String named = "team '" + team.getName() + "' ";
        Set<String> agents = team.getAgents().stream().map(TeamAgent::getName).collect(Collectors.toSet());
        for (TeamAgent agent : team.getAgents()) {
            if (!agent.getWhen().isEmpty()) {
                when.put(agent.getName(), when(agent, named + "agent '" + agent.getName() + "'"));
            }
        }
        this.retry = team.getRetry().isEmpty() ? Optional.empty() : Optional.of(retry(team, named, agents));
    }

    private static Condition when(TeamAgent agent, String who) {
        Condition condition = Condition.compile(agent.getWhen(), who + " has 'when'");
        for (String name : condition.names()) {
            if (!agent.getAfter().contains(name)) {
                throw new TeamException(who + " has a condition 'when' that reads the action of '" + name
                        + "', which it does not come after: add it to 'after' " + agent.getAfter());
            }
        }
        if (agent.getAnswers() && condition.constant().equals(Optional.of(false))) {
            throw new TeamException(who + " answers, but its condition 'when: " + agent.getWhen()
                    + "' is always false: let it depend on observation or actions, or leave it out");
        }
        return condition;
    }

    private static Condition retry(Team team, String named, Set<String> agents) {
        if (team.getHorizon() == 1) {
            throw new TeamException(
                    named + "has 'retry', but a horizon of 1 leaves no step to try again in: set 'horizon'"
                            + " to at least 2");
        }
        Condition condition = Condition.compile(team.getRetry(), named + "has 'retry'");
        for (String name : condition.names()) {
            if (!agents.contains(name)) {
                throw new TeamException(named + "has a condition 'retry' that reads the action of '" + name
                        + "', which is no agent of the team: name one of "
                        + team.getAgents().stream().map(TeamAgent::getName).toList());
            }
        }
        return condition;
    }

    /** Whether any agent has a condition. */
    boolean skips() {
        return !when.isEmpty();
    }

    /** Whether the team opens its steps itself. */
    boolean opensSteps() {
        return retry.isPresent();
    }

    /** Whether an agent whose predecessors are all decided is to act. */
    boolean acts(TeamAgent agent, StepInput input, Map<String, String> texts) throws ConditionException {
        Condition condition = when.get(agent.getName());
        return condition == null || condition.holds(input, of(agent.getAfter(), texts));
    }

    /** Whether another step is to follow a complete one. */
    boolean retries(StepInput input, Map<String, String> texts) throws ConditionException {
        return retry.isPresent() && retry.get().holds(input, texts);
    }

    private static Map<String, String> of(List<String> agents, Map<String, String> texts) {
        Map<String, String> some = new LinkedHashMap<>();
        for (String agent : agents) {
            if (texts.containsKey(agent)) {
                some.put(agent, texts.get(agent));
            }
        }
        return some;
    }
}
