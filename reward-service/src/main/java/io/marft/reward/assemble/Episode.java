package io.marft.reward.assemble;

import io.marft.reward.Teams;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.ConditionException;
import io.marft.schemas.team.OwnSteps;
import io.marft.schemas.team.StepInput;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An episode whose team is known, because an observation of it is there.
 *
 * @param state all its records
 * @param team the team that the first observation named; actions of any other are passed over
 */
record Episode(AssemblyState state, KnownTeam team) {

    /** The episode of a state; empty as long as no observation has come. */
    static Optional<Episode> of(AssemblyState state, Teams teams) {
        return state.getObservations().stream()
                .findFirst()
                .flatMap(first -> teams.find(first.getTeam(), first.getTeamVersion()))
                .map(team -> new Episode(state, team));
    }

    /** How long the episode of a state may take; empty as long as nothing of its team has come. */
    static Optional<Duration> deadline(AssemblyState state, Teams teams) {
        Optional<KnownTeam> acting = state.getActions().stream()
                .findFirst()
                .flatMap(first -> teams.find(first.getTeam(), first.getTeamVersion()));
        return of(state, teams).map(Episode::team).or(() -> acting).map(KnownTeam::deadline);
    }

    /** Whether a record of this team version may belong to the episode. */
    static boolean fits(AssemblyState state, String team, int version) {
        return state.getObservations().stream()
                .allMatch(other -> other.getTeam().equals(team) && other.getTeamVersion() == version);
    }

    /** Whether an observation may be one by which the episode's team goes on itself; step 0's comes before it. */
    static boolean goesOn(AssemblyState state, Observation observation) {
        return state.getObservations().stream()
                .findFirst()
                .filter(first -> OwnSteps.goesOn(first, observation))
                .isPresent();
    }

    /** The observation that opened a step. */
    private Optional<Observation> observation(int step) {
        return state.getObservations().stream()
                .filter(observation -> observation.getStep() == step && !observation.getDone())
                .findFirst();
    }

    /** A step's reward. */
    static Optional<Reward> reward(AssemblyState state, int step) {
        return state.getRewards().stream()
                .filter(reward -> reward.getStep() == step)
                .findFirst();
    }

    /** Whether there was anything to act upon. */
    boolean begun() {
        return state.getObservations().stream().anyMatch(observation -> !observation.getDone());
    }

    /** Why the episode closes now; empty if it is not complete. */
    Optional<Closure> closure() {
        Optional<Observation> done = done();
        for (int step = 0; step < end(); step++) {
            if (!complete(step)) {
                return Optional.empty();
            }
        }
        return Optional.of(done.isPresent() ? ended() : Closure.HORIZON);
    }

    private Closure ended() {
        return team.dependencies().opensSteps() ? Closure.ANSWERED : Closure.DONE;
    }

    /** The step that ended the episode before it began; where the team ends it itself, actions must bear it out. */
    private Optional<Observation> done() {
        return state.getObservations().stream()
                .filter(Observation::getDone)
                .filter(done -> !team.dependencies().opensSteps() || borneOut(done))
                .findFirst();
    }

    /** The observations that count: each step's, and the one that ended the episode. */
    List<Observation> observed() {
        List<Observation> observed = new ArrayList<>();
        for (int step = 0; step < end(); step++) {
            observation(step).ifPresent(observed::add);
        }
        done().ifPresent(observed::add);
        return observed;
    }

    private boolean borneOut(Observation done) {
        int before = done.getStep() - 1;
        return team.dependencies().ends(new StepInput(before, done.getMessages()), texts(before));
    }

    private int end() {
        return done().map(Observation::getStep).orElse(team.team().getHorizon());
    }

    /** A step on which a condition has no value is never complete; the deadline closes its episode. */
    private boolean complete(int step) {
        Optional<Observation> observation = observation(step);
        boolean rewarded = purpose() == Purpose.QUESTION || reward(state, step).isPresent();
        if (observation.isEmpty() || !rewarded) {
            return false;
        }
        try {
            return team.dependencies()
                    .state(StepInput.of(observation.get()), texts(step))
                    .complete();
        } catch (ConditionException e) {
            return false;
        }
    }

    private Purpose purpose() {
        return state.getObservations().get(0).getPurpose();
    }

    private Map<String, String> texts(int step) {
        return actions(step).stream().collect(Collectors.toMap(Action::getAgent, Action::getText));
    }

    /** A step's actions in topological order of D. */
    private List<Action> actions(int step) {
        List<Action> ordered = new ArrayList<>();
        for (var agent : team.dependencies().order()) {
            state.getActions().stream()
                    .filter(action -> action.getStep() == step
                            && action.getAgent().equals(agent.getName())
                            && fits(state, action.getTeam(), action.getTeamVersion()))
                    .findFirst()
                    .ifPresent(ordered::add);
        }
        return ordered;
    }

    /** Everything that there is, step by step. */
    Trajectory trajectory(Closure closure, Instant now) {
        List<Step> steps = new ArrayList<>();
        Instant openedAt = now;
        for (int step = 0; step < end(); step++) {
            Optional<Observation> observation = observation(step);
            if (observation.isPresent()) {
                steps.add(new Step(
                        step,
                        observation.get().getMessages(),
                        actions(step),
                        reward(state, step).orElse(null)));
                openedAt = openedAt.isBefore(observation.get().getCreatedAt())
                        ? openedAt
                        : observation.get().getCreatedAt();
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
                steps,
                openedAt,
                now);
    }
}
