package io.marft.reward.score;

import io.marft.reward.Teams;
import io.marft.schemas.record.HeldAction;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.ConditionException;
import io.marft.schemas.team.StepInput;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An episode that is to be scored, as soon as a record says whose it is.
 *
 * @param state all that is held of it
 * @param team the team that it keeps
 * @param purpose what it is for
 */
record ScoredEpisode(ScoringState state, KnownTeam team, Purpose purpose) {

    /** The episode of a state; empty as long as nothing of its team has come. */
    static Optional<ScoredEpisode> of(ScoringState state, Teams teams) {
        if (!state.getActions().isEmpty()) {
            HeldAction first = state.getActions().get(0);
            return teams.find(first.getTeam(), first.getTeamVersion())
                    .map(team -> new ScoredEpisode(state, team, first.getPurpose()));
        }
        return state.getObservations().stream().findFirst().flatMap(first -> teams.find(
                        first.getTeam(), first.getTeamVersion())
                .map(team -> new ScoredEpisode(state, team, first.getPurpose())));
    }

    /** Whether a record of this team version may belong to it. */
    boolean keeps(String name, int version) {
        return team.team().getName().equals(name) && team.team().getVersion() == version;
    }

    String describe() {
        return "team " + team.team().getName() + " version " + team.team().getVersion();
    }

    /** The number of steps that are to be scored, as far as it is known. */
    int end() {
        return state.getObservations().stream()
                .filter(Observation::getDone)
                .filter(done -> !team.dependencies().opensSteps() || borneOut(done))
                .map(Observation::getStep)
                .findFirst()
                .orElse(team.team().getHorizon());
    }

    private boolean borneOut(Observation done) {
        int before = done.getStep() - 1;
        return team.dependencies().ends(new StepInput(before, done.getMessages()), texts(before));
    }

    private Map<String, String> texts(int step) {
        Map<String, String> texts = new HashMap<>();
        for (HeldAction action : state.getActions()) {
            if (action.getStep() == step) {
                texts.put(action.getAgent(), action.getText());
            }
        }
        return texts;
    }

    /** The observation that opened a step. */
    private Optional<Observation> observation(int step) {
        return state.getObservations().stream()
                .filter(other -> other.getStep() == step && !other.getDone())
                .findFirst();
    }

    /**
     * A step's answers, by agent.
     *
     * @return empty as long as an answering agent neither acted nor is skipped, or, where agents may be, the step's
     *     observation is to come, so that none comes to an episode that is forgotten
     */
    Optional<Map<String, String>> answers(int step) {
        if (team.dependencies().skips() && observation(step).isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> texts = texts(step);
        Map<String, String> answers = new LinkedHashMap<>();
        boolean missing = false;
        for (TeamAgent agent : team.dependencies().answering()) {
            if (texts.containsKey(agent.getName())) {
                answers.put(agent.getName(), texts.get(agent.getName()));
            } else {
                missing = true;
            }
        }
        if (missing) {
            Set<String> skipped = skipped(step, texts);
            for (TeamAgent agent : team.dependencies().answering()) {
                if (!answers.containsKey(agent.getName()) && !skipped.contains(agent.getName())) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(answers);
    }

    /** Who is skipped, as far as that is known; nobody is where a condition has no value, so that the step is never scored. */
    private Set<String> skipped(int step, Map<String, String> texts) {
        Optional<Observation> observation = observation(step);
        if (observation.isEmpty()) {
            return Set.of();
        }
        try {
            return team.dependencies()
                    .state(StepInput.of(observation.get()), texts)
                    .skipped();
        } catch (ConditionException e) {
            return Set.of();
        }
    }
}
