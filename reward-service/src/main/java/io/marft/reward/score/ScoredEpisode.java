package io.marft.reward.score;

import io.marft.reward.episode.EpisodeSteps;
import io.marft.reward.episode.EpisodeSteps.Said;
import io.marft.reward.episode.Teams;
import io.marft.schemas.record.HeldAction;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.StepState;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An episode that is to be scored. It exists as soon as an action or an observation says which team it keeps.
 *
 * @param team the team that it keeps
 * @param purpose what it is for
 * @param steps its steps, as far as the records that are held of it tell
 */
record ScoredEpisode(KnownTeam team, Purpose purpose, EpisodeSteps steps) {

    /** The episode of a state; empty if neither an action nor an observation has come. */
    static Optional<ScoredEpisode> of(ScoringState state, Teams teams) {
        if (!state.getActions().isEmpty()) {
            HeldAction first = state.getActions().get(0);
            return of(state, first.getPurpose(), teams.find(first.getTeam(), first.getTeamVersion()));
        }
        if (!state.getObservations().isEmpty()) {
            Observation first = state.getObservations().get(0);
            return of(state, first.getPurpose(), teams.find(first.getTeam(), first.getTeamVersion()));
        }
        return Optional.empty();
    }

    private static Optional<ScoredEpisode> of(ScoringState state, Purpose purpose, Optional<KnownTeam> known) {
        return known.map(
                team -> new ScoredEpisode(team, purpose, new EpisodeSteps(team, state.getObservations(), said(state))));
    }

    private static List<Said> said(ScoringState state) {
        return state.getActions().stream()
                .map(action -> new Said(action.getStep(), action.getAgent(), action.getText()))
                .toList();
    }

    String describe() {
        return "team " + team.team().getName() + " version " + team.team().getVersion();
    }

    /**
     * A step's answers, by agent.
     *
     * @return empty as long as an answering agent neither acted nor is skipped. Where agents may be skipped, also until the
     *     step's observation has come, so that it does not find the episode forgotten and begin it anew
     */
    Optional<Map<String, String>> answers(int step) {
        if (team.dependencies().skips() && steps.opening(step).isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> texts = steps.texts(step);
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
            Set<String> skipped = skipped(step);
            for (TeamAgent agent : team.dependencies().answering()) {
                if (!answers.containsKey(agent.getName()) && !skipped.contains(agent.getName())) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(answers);
    }

    /** Who is known to be skipped. Nobody is where a condition has no value; such a step is never scored. */
    private Set<String> skipped(int step) {
        return steps.state(step).map(StepState::skipped).orElse(Set.of());
    }
}
