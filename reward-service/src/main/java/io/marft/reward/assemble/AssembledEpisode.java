package io.marft.reward.assemble;

import io.marft.reward.episode.EpisodeSteps;
import io.marft.reward.episode.EpisodeSteps.Said;
import io.marft.reward.episode.Teams;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.StepState;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An episode on its way to a trajectory. It exists as soon as one of its observations has come, which names its team.
 *
 * @param state all its records
 * @param team the team that the first observation named; actions of any other team are left out
 * @param steps its steps, as far as these records tell
 */
record AssembledEpisode(AssemblyState state, KnownTeam team, EpisodeSteps steps) {

    /** The episode of a state; empty if no observation has come. */
    static Optional<AssembledEpisode> of(AssemblyState state, Teams teams) {
        return state.getObservations().stream()
                .findFirst()
                .flatMap(first -> teams.find(first.getTeam(), first.getTeamVersion()))
                .map(team -> new AssembledEpisode(
                        state, team, new EpisodeSteps(team, state.getObservations(), said(state, team))));
    }

    /** How long the episode of a state may take; empty if neither an observation nor an action has come. */
    static Optional<Duration> deadline(AssemblyState state, Teams teams) {
        Optional<KnownTeam> acting = state.getActions().stream()
                .findFirst()
                .flatMap(first -> teams.find(first.getTeam(), first.getTeamVersion()));
        return of(state, teams).map(AssembledEpisode::team).or(() -> acting).map(KnownTeam::deadline);
    }

    /** A step's reward. */
    static Optional<Reward> reward(AssemblyState state, int step) {
        return state.getRewards().stream()
                .filter(reward -> reward.getStep() == step)
                .findFirst();
    }

    private static List<Said> said(AssemblyState state, KnownTeam team) {
        return state.getActions().stream()
                .filter(action -> isOf(team, action))
                .map(action -> new Said(action.getStep(), action.getAgent(), action.getText()))
                .toList();
    }

    private static boolean isOf(KnownTeam team, Action action) {
        return action.getTeam().equals(team.team().getName())
                && action.getTeamVersion() == team.team().getVersion();
    }

    /** Whether there was anything to act upon. */
    boolean begun() {
        return state.getObservations().stream().anyMatch(observation -> !observation.getDone());
    }

    /** Why the episode closes now; empty if it is not complete. */
    Optional<Closure> closure() {
        int count = steps.count();
        for (int step = 0; step < count; step++) {
            if (!complete(step)) {
                return Optional.empty();
            }
        }
        return Optional.of(steps.ending().isPresent() ? ended() : Closure.HORIZON);
    }

    private Closure ended() {
        return team.steps().own() ? Closure.ANSWERED : Closure.DONE;
    }

    /** The observations that count: each step's, and the one that ended the episode. */
    List<Observation> observed() {
        List<Observation> observed = new ArrayList<>();
        int count = steps.count();
        for (int step = 0; step < count; step++) {
            steps.opening(step).ifPresent(observed::add);
        }
        steps.ending().ifPresent(observed::add);
        return observed;
    }

    /** A step on which a condition has no value is never complete; the deadline closes its episode. */
    private boolean complete(int step) {
        boolean rewarded = purpose() == Purpose.QUESTION || reward(state, step).isPresent();
        return rewarded && steps.state(step).filter(StepState::complete).isPresent();
    }

    /** The observation of the first step in which all agents acted and which has no reward, though it should. */
    Optional<Observation> unrewarded() {
        for (int step = 0; step < steps.count() && purpose() != Purpose.QUESTION; step++) {
            if (reward(state, step).isEmpty()
                    && steps.state(step).filter(StepState::complete).isPresent()) {
                return steps.opening(step);
            }
        }
        return Optional.empty();
    }

    private Purpose purpose() {
        return state.getObservations().get(0).getPurpose();
    }

    /** A step's actions in topological order of D. */
    private List<Action> actions(int step) {
        List<Action> ordered = new ArrayList<>();
        for (var agent : team.dependencies().order()) {
            state.getActions().stream()
                    .filter(action ->
                            action.getStep() == step && action.getAgent().equals(agent.getName()) && isOf(team, action))
                    .findFirst()
                    .ifPresent(ordered::add);
        }
        return ordered;
    }

    /** Everything that there is, step by step. */
    Trajectory trajectory(Closure closure, Instant now) {
        List<Step> taken = new ArrayList<>();
        Instant openedAt = now;
        int count = steps.count();
        for (int step = 0; step < count; step++) {
            Optional<Observation> opening = steps.opening(step);
            if (opening.isPresent()) {
                taken.add(new Step(
                        step,
                        opening.get().getMessages(),
                        actions(step),
                        reward(state, step).orElse(null)));
                Instant at = opening.get().getCreatedAt();
                openedAt = openedAt.isBefore(at) ? openedAt : at;
            }
        }
        Observation first = state.getObservations().get(0);
        return new Trajectory(
                state.getEpisode(),
                first.getTeam(),
                first.getTeamVersion(),
                purpose(),
                closure,
                closure != Closure.TIMED_OUT,
                taken,
                openedAt,
                now);
    }
}
