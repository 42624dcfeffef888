package io.marft.actor.routing;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.OpenStep;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.ConditionException;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.StepInput;
import io.marft.schemas.team.StepState;
import io.marft.schemas.team.TeamSteps;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The dependency function as routing: what an observation or an action does to its episode, and whose turn it makes it.
 *
 * <p>An observation of step s opens step s and gives a turn to every agent that waits for nobody. An action gives a turn
 * to every agent for which it decided the last open predecessor. Agents whose condition is false are skipped, so one
 * event may make many agents due. A step is forgotten once all agents acted or are skipped. An episode without open
 * steps that may get no further observation is finished; it is kept until its deadline, so that repeated records are
 * recognised.
 *
 * <p>{@link TeamSteps} says where an episode takes steps and ends. Steps that the environment opens may overlap: one that
 * has its answer need not wait for an agent that no answer depends on. Where the team opens steps itself, a complete step
 * makes the next observation, which goes to the topic and comes back as any other.
 *
 * <p>An event on which a condition has no value is rejected. Its episode then misses its deadline.
 *
 * <p>Pure functions; the same events in the same order always give the same turns.
 */
public final class EpisodeRouting {

    private EpisodeRouting() {}

    /**
     * Routes an observation.
     *
     * @param episode the episode's state; empty if the episode is not known
     * @param team the team and version that the observation names
     * @param offset the observation's offset in its topic
     * @param now when the router saw it
     */
    public static Routed observe(
            Optional<OpenEpisode> episode, Observation observation, KnownTeam team, long offset, Instant now) {
        Optional<String> refusal = refuse(episode, observation, team);
        if (refusal.isPresent()) {
            return new Routed.Rejected(refusal.get());
        }
        OpenEpisode moved = new OpenEpisode(
                observation.getTeam(),
                observation.getTeamVersion(),
                observation.getStep() + 1,
                team.steps().isLast(observation),
                episode.map(OpenEpisode::getSteps).orElse(List.of()),
                null,
                episode.map(OpenEpisode::getOpenedAt).orElse(now));
        if (observation.getDone()) {
            return new Routed.Moved(moved, List.of(), Optional.empty());
        }
        OpenStep opened = new OpenStep(observation, offset, List.of());
        try {
            return moved(moved, team, opened, state(team, opened), Set.of(), now);
        } catch (ConditionException e) {
            return new Routed.Undecided(e.getMessage());
        }
    }

    /** The episode with that step as it is now, and all that the step's state calls for. */
    private static Routed.Moved moved(
            OpenEpisode episode, KnownTeam team, OpenStep step, StepState state, Set<TeamAgent> hadTurns, Instant now)
            throws ConditionException {
        List<OpenStep> steps = new ArrayList<>();
        for (OpenStep other : episode.getSteps()) {
            if (other.getObservation().getStep() != step.getObservation().getStep()) {
                steps.add(other);
            }
        }
        if (!state.complete()) {
            steps.add(step);
        }
        List<Turn> turns = state.ready().stream()
                .filter(agent -> !hadTurns.contains(agent))
                .map(agent -> turn(team, step, agent))
                .toList();
        Optional<Observation> next =
                state.complete() ? team.steps().next(step.getObservation(), texts(step), now) : Optional.empty();
        OpenEpisode moved = new OpenEpisode(
                episode.getTeam(),
                episode.getTeamVersion(),
                episode.getNextStep(),
                episode.getLast(),
                steps,
                next.orElse(null),
                episode.getOpenedAt());
        return new Routed.Moved(moved, turns, next);
    }

    private static Optional<String> refuse(Optional<OpenEpisode> episode, Observation observation, KnownTeam team) {
        int step = observation.getStep();
        int wanted = episode.map(OpenEpisode::getNextStep).orElse(0);
        if (step > 0 && episode.isEmpty()) {
            return Optional.of(
                    "step " + step + " was observed, but the episode is not known: it was never begun, or its deadline"
                            + " has passed");
        }
        if (step < wanted) {
            return Optional.of("step " + step + " of the episode was observed already");
        }
        if (step > wanted) {
            return Optional.of("step " + step + " was observed, but the episode's next is " + wanted);
        }
        if (episode.isPresent() && episode.get().getLast()) {
            return Optional.of("step " + step + " was observed, but the episode has ended");
        }
        if (episode.isPresent() && !sameTeam(episode.get(), observation.getTeam(), observation.getTeamVersion())) {
            return Optional.of("observation names team " + observation.getTeam() + " version "
                    + observation.getTeamVersion() + ", but the episode began with " + describe(episode.get()));
        }
        if (episode.isPresent() && team.steps().own()) {
            return refuse(Optional.ofNullable(episode.get().getPending()), observation);
        }
        if (!team.steps().has(step) && !observation.getDone()) {
            return Optional.of("step " + step + " is beyond the team's horizon of "
                    + team.team().getHorizon());
        }
        return Optional.empty();
    }

    /** Refuses whatever is not the observation by which the team goes on itself. */
    private static Optional<String> refuse(Optional<Observation> pending, Observation observation) {
        int step = observation.getStep();
        if (pending.isEmpty()) {
            return Optional.of(
                    "step " + step + " was observed, but the team opens it itself, by its 'retry', once step "
                            + (step - 1) + " is complete");
        }
        boolean own = pending.get().getDone() == observation.getDone() && TeamSteps.goesOn(pending.get(), observation);
        return own
                ? Optional.empty()
                : Optional.of("step " + step
                        + " was observed, but the team opens it itself, by its 'retry', with another observation");
    }

    /**
     * Routes an action.
     *
     * @param episode the episode's state; empty if the episode is not known
     * @param team the team and version that the episode keeps; read only if the episode is known
     * @param now when the router saw it
     */
    public static Routed act(Optional<OpenEpisode> episode, Action action, Optional<KnownTeam> team, Instant now) {
        if (episode.isEmpty()) {
            return new Routed.Rejected("episode '" + action.getEpisode()
                    + "' is not known: it was never observed, or its deadline has passed");
        }
        OpenEpisode open = episode.get();
        KnownTeam known = team.orElseThrow();
        Optional<OpenStep> step = open.getSteps().stream()
                .filter(s -> s.getObservation().getStep() == action.getStep())
                .findFirst();
        Optional<String> refusal = refuse(open, step, action, known.dependencies());
        if (refusal.isPresent()) {
            return new Routed.Rejected(refusal.get());
        }
        OpenStep before = step.orElseThrow();
        try {
            List<TeamAgent> hadTurns = state(known, before).ready();
            if (!hadTurns.contains(known.dependencies().agent(action.getAgent()))) {
                return new Routed.Rejected("agent '" + action.getAgent() + "' acted at step " + action.getStep()
                        + " without having been given a turn: it is skipped, or a predecessor has not acted");
            }
            List<PredecessorAction> actions = new ArrayList<>(before.getActions());
            actions.add(new PredecessorAction(action.getAgent(), action.getAdapterVersion(), action.getText()));
            OpenStep after = new OpenStep(before.getObservation(), before.getOffset(), List.copyOf(actions));
            return moved(open, known, after, state(known, after), Set.copyOf(hadTurns), now);
        } catch (ConditionException e) {
            return new Routed.Undecided(e.getMessage());
        }
    }

    private static Optional<String> refuse(
            OpenEpisode open, Optional<OpenStep> step, Action action, DependencyFunction dependencies) {
        String agent = action.getAgent();
        if (!sameTeam(open, action.getTeam(), action.getTeamVersion())) {
            return Optional.of("action is of team " + action.getTeam() + " version " + action.getTeamVersion()
                    + ", but the episode began with " + describe(open));
        }
        if (!dependencies.has(agent)) {
            return Optional.of("agent '" + agent + "' is not of " + describe(open));
        }
        if (action.getStep() >= open.getNextStep()) {
            return Optional.of("agent '" + agent + "' acted at step " + action.getStep() + ", but the last observed is "
                    + (open.getNextStep() - 1));
        }
        if (step.isEmpty() || texts(step.get()).containsKey(agent)) {
            return Optional.of("agent '" + agent + "' acted already at step " + action.getStep());
        }
        return Optional.empty();
    }

    private static StepState state(KnownTeam team, OpenStep step) throws ConditionException {
        return team.dependencies().state(StepInput.of(step.getObservation()), texts(step));
    }

    private static Turn turn(KnownTeam team, OpenStep step, TeamAgent agent) {
        Observation observation = step.getObservation();
        List<PredecessorAction> predecessors = new ArrayList<>();
        for (TeamAgent before : team.dependencies().predecessors(agent.getName())) {
            step.getActions().stream()
                    .filter(action -> action.getAgent().equals(before.getName()))
                    .forEach(predecessors::add);
        }
        return Turn.newBuilder()
                .setEpisode(observation.getEpisode())
                .setStep(observation.getStep())
                .setAgent(agent.getName())
                .setTeam(observation.getTeam())
                .setTeamVersion(observation.getTeamVersion())
                .setPurpose(observation.getPurpose())
                .setMessages(Conversation.of(agent.getProfile(), observation.getMessages(), predecessors))
                .setPredecessors(predecessors)
                .setSampling(agent.getSampling())
                .setSeed(DecisionSeed.of(observation.getSeed(), observation.getStep(), agent.getName()))
                .setObservedAt(observation.getCreatedAt())
                .build();
    }

    /** What agents said in a step, by name. */
    private static Map<String, String> texts(OpenStep step) {
        return step.getActions().stream()
                .collect(Collectors.toMap(PredecessorAction::getAgent, PredecessorAction::getText));
    }

    /** The agents that had a turn in a step and did not act. */
    static List<String> awaited(KnownTeam team, OpenStep step) {
        try {
            return state(team, step).ready().stream().map(TeamAgent::getName).toList();
        } catch (ConditionException e) {
            throw new IllegalStateException("a step that was opened has a state", e);
        }
    }

    private static boolean sameTeam(OpenEpisode open, String team, int version) {
        return open.getTeam().equals(team) && open.getTeamVersion() == version;
    }

    private static String describe(OpenEpisode open) {
        return "team " + open.getTeam() + " version " + open.getTeamVersion();
    }
}
