package io.marft.reward.assemble;

import io.marft.reward.episode.EpisodeSteps;
import io.marft.reward.episode.Teams;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Trajectory;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides, without Kafka, how an episode's records grow into its trajectory. They come from three topics in no order
 * between them, so an action or a reward may be there before its observation.
 *
 * <p>An episode closes when each of its {@linkplain EpisodeSteps steps} has its observation, exactly one action of every
 * agent that is not skipped, and its reward; a person's question needs no reward. Horizon and done flag are both terminal:
 * nothing lies beyond them whose value could be bootstrapped. Only a missed deadline cuts an episode off.
 */
public final class Assembly {

    /** What became of a record. */
    public sealed interface Outcome {}

    /** The episode stays open, with this state. */
    public record Open(AssemblyState state) implements Outcome {}

    /**
     * The episode is closed.
     *
     * @param state all that was held of it; {@link Leftovers} says which of it the trajectory does not hold
     */
    public record Closed(Trajectory trajectory, AssemblyState state) implements Outcome {}

    /** The episode does not need the record. */
    public record Ignored() implements Outcome {}

    /** The record cannot be used; the reason is one line for a dead letter. */
    public record Rejected(String reason) implements Outcome {}

    private static final Rejected CLOSED = new Rejected("the episode is closed already");

    private final Teams teams;

    /** @param teams the teams whose episodes are assembled */
    public Assembly(Teams teams) {
        this.teams = teams;
    }

    /** Takes an observation; the first one fixes the episode's team. */
    public Outcome observation(Optional<AssemblyState> known, Observation observation, Instant now) {
        Optional<KnownTeam> team = teams.find(observation.getTeam(), observation.getTeamVersion());
        if (team.isEmpty()) {
            return unknown(observation.getTeam(), observation.getTeamVersion());
        }
        int step = observation.getStep();
        int horizon = team.get().team().getHorizon();
        if (observation.getDone() && step >= horizon) {
            return new Ignored(); // The horizon closes the episode anyhow.
        }
        if (closed(known)) {
            return CLOSED;
        }
        if (!team.get().steps().has(observation)) {
            return new Rejected("observation's step " + step + " is outside the horizon of " + horizon);
        }
        AssemblyState state = known.orElseGet(() -> opened(observation.getEpisode(), now));
        EpisodeSteps steps = steps(state, team.get());
        if (!steps.keeps(observation.getTeam(), observation.getTeamVersion())) {
            return another(observation.getTeam(), observation.getTeamVersion());
        }
        if (team.get().steps().own() && step > 0 && !steps.goOn(observation)) {
            return new Rejected("the team opens step " + step + " itself, by its 'retry', and this is not step 0's"
                    + " observation once more");
        }
        if (steps.has(observation)) {
            return new Rejected("step " + step + " has an observation already");
        }
        return next(
                with(state, plus(state.getObservations(), observation), state.getActions(), state.getRewards()), now);
    }

    /** Takes an action. */
    public Outcome action(Optional<AssemblyState> known, Action action, Instant now) {
        Optional<KnownTeam> team = teams.find(action.getTeam(), action.getTeamVersion());
        if (team.isEmpty()) {
            return unknown(action.getTeam(), action.getTeamVersion());
        }
        int step = action.getStep();
        if (!team.get().steps().has(step)) {
            return new Rejected("action's step " + step + " is outside the horizon of "
                    + team.get().team().getHorizon());
        }
        if (!team.get().dependencies().has(action.getAgent())) {
            return new Rejected("agent " + action.getAgent() + " is not in team " + action.getTeam() + " version "
                    + action.getTeamVersion());
        }
        if (closed(known)) {
            return CLOSED;
        }
        AssemblyState state = known.orElseGet(() -> opened(action.getEpisode(), now));
        if (!steps(state, team.get()).keeps(action.getTeam(), action.getTeamVersion())) {
            return another(action.getTeam(), action.getTeamVersion());
        }
        boolean acted = state.getActions().stream()
                .anyMatch(other -> other.getStep() == step
                        && other.getAgent().equals(action.getAgent())
                        && other.getTeam().equals(action.getTeam())
                        && other.getTeamVersion() == action.getTeamVersion());
        if (acted) {
            return new Rejected("agent " + action.getAgent() + " has acted in step " + step + " already");
        }
        return next(with(state, state.getObservations(), plus(state.getActions(), action), state.getRewards()), now);
    }

    /** Takes a reward. One of a question that is not open is ignored: that episode closed without a reward. */
    public Outcome reward(Optional<AssemblyState> known, Reward reward, Instant now) {
        if (reward.getStep() < 0 || !finite(reward)) {
            return new Rejected("step " + reward.getStep() + " has reward " + reward.getValue() + " of parts "
                    + reward.getParts() + ": the step must be at least 0, the numbers finite");
        }
        if ((known.isEmpty() || closed(known)) && reward.getPurpose() == Purpose.QUESTION) {
            return new Ignored();
        }
        if (closed(known)) {
            return CLOSED;
        }
        AssemblyState state = known.orElseGet(() -> opened(reward.getEpisode(), now));
        if (AssembledEpisode.reward(state, reward.getStep()).isPresent()) {
            return new Rejected("step " + reward.getStep() + " has a reward already");
        }
        return next(with(state, state.getObservations(), state.getActions(), plus(state.getRewards(), reward)), now);
    }

    /**
     * Gives up on an episode.
     *
     * @return what there is of it; empty if it never had an observation to act upon, so that there was no episode
     */
    public Optional<Trajectory> expire(AssemblyState state, Instant now) {
        return AssembledEpisode.of(state, teams)
                .filter(AssembledEpisode::begun)
                .map(episode -> episode.trajectory(Closure.TIMED_OUT, now));
    }

    /** The observation that was waited for in vain to be rewarded, of an episode that is given up. */
    Optional<Leftovers.Leftover> unrewarded(AssemblyState state) {
        return AssembledEpisode.of(state, teams)
                .flatMap(AssembledEpisode::unrewarded)
                .map(observation -> Leftovers.held(state, observation));
    }

    /** The records that were held of an episode that is closed or given up, and that its trajectory does not hold. */
    List<Leftovers.Leftover> leftovers(AssemblyState state, Optional<Trajectory> trajectory) {
        List<Observation> observed = trajectory
                .flatMap(closed -> AssembledEpisode.of(state, teams))
                .map(AssembledEpisode::observed)
                .orElse(List.of());
        return Leftovers.of(state, trajectory, observed);
    }

    private Outcome next(AssemblyState state, Instant now) {
        Optional<AssembledEpisode> episode = AssembledEpisode.of(state, teams);
        Optional<Closure> closure = episode.flatMap(AssembledEpisode::closure);
        return closure.isEmpty()
                ? new Open(state)
                : new Closed(episode.orElseThrow().trajectory(closure.get(), now), state);
    }

    /** The steps of the episode; before its first observation, of one that the record's own team may yet begin. */
    private EpisodeSteps steps(AssemblyState state, KnownTeam team) {
        return AssembledEpisode.of(state, teams)
                .map(AssembledEpisode::steps)
                .orElseGet(() -> EpisodeSteps.unbegun(team));
    }

    private static Rejected another(String team, int version) {
        return new Rejected("the episode keeps another team than " + team + " version " + version);
    }

    private static Rejected unknown(String team, int version) {
        return new Rejected("team " + team + " version " + version + " is unknown");
    }

    private static AssemblyState opened(String episode, Instant now) {
        return new AssemblyState(episode, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false, now);
    }

    /** What is held of an episode that is closed: enough to refuse what comes after. */
    static AssemblyState closed(String episode, Instant now) {
        return new AssemblyState(episode, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), true, now);
    }

    private static boolean closed(Optional<AssemblyState> known) {
        return known.filter(AssemblyState::getClosed).isPresent();
    }

    private static AssemblyState with(
            AssemblyState state, List<Observation> observations, List<Action> actions, List<Reward> rewards) {
        return new AssemblyState(
                state.getEpisode(),
                observations,
                actions,
                rewards,
                state.getObservationOffsets(),
                state.getActionOffsets(),
                state.getRewardOffsets(),
                false,
                state.getOpenedAt());
    }

    private static boolean finite(Reward reward) {
        return Double.isFinite(reward.getValue())
                && reward.getParts().values().stream().allMatch(Double::isFinite);
    }

    private static <T> List<T> plus(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return longer;
    }
}
