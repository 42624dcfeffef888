package io.marft.actor.routing;

import io.marft.schemas.client.TeamStore.KnownTeam;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.OpenStep;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.DependencyFunction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The dependency function as routing: what an observation or an action does to its episode, and whose turn it makes it.
 *
 * <p>An observation of step s opens step s and gives a turn to every agent without predecessors. An action gives a turn
 * to every agent whose last missing predecessor it was. A step is forgotten once all agents acted; an episode without
 * open steps that may get no further observation is finished, and is kept only so that repeated records are recognised.
 * Steps may overlap: an environment that has its answer need not wait for an agent that nobody's answer depends on.
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
        Optional<String> refusal = refuse(episode, observation, team.team().getHorizon());
        if (refusal.isPresent()) {
            return new Routed.Rejected(refusal.get());
        }
        int next = observation.getStep() + 1;
        boolean last = observation.getDone() || next >= team.team().getHorizon();
        List<OpenStep> steps =
                new ArrayList<>(episode.map(OpenEpisode::getSteps).orElse(List.of()));
        List<Turn> turns = List.of();
        if (!observation.getDone()) {
            OpenStep opened = new OpenStep(observation, offset, List.of());
            steps.add(opened);
            turns = turns(team, opened, team.dependencies().ready(Set.of()));
        }
        Instant openedAt = episode.map(OpenEpisode::getOpenedAt).orElse(now);
        return new Routed.Moved(
                new OpenEpisode(
                        observation.getTeam(), observation.getTeamVersion(), next, last, List.copyOf(steps), openedAt),
                turns);
    }

    private static Optional<String> refuse(Optional<OpenEpisode> episode, Observation observation, int horizon) {
        int step = observation.getStep();
        int wanted = episode.map(OpenEpisode::getNextStep).orElse(0);
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
        if (step >= horizon && !observation.getDone()) {
            return Optional.of("step " + step + " is beyond the team's horizon of " + horizon);
        }
        return Optional.empty();
    }

    /**
     * Routes an action.
     *
     * @param episode the episode's state; empty if the episode is not known
     * @param team the team and version that the episode keeps; read only if the episode is known
     */
    public static Routed act(Optional<OpenEpisode> episode, Action action, Optional<KnownTeam> team) {
        if (episode.isEmpty()) {
            return new Routed.Rejected(
                    "episode '" + action.getEpisode() + "' is not known: it was never observed, or " + "was forgotten");
        }
        OpenEpisode open = episode.get();
        DependencyFunction dependencies = team.orElseThrow().dependencies();
        Optional<OpenStep> step = open.getSteps().stream()
                .filter(s -> s.getObservation().getStep() == action.getStep())
                .findFirst();
        Optional<String> refusal = refuse(open, step, action, dependencies);
        if (refusal.isPresent()) {
            return new Routed.Rejected(refusal.get());
        }
        OpenStep before = step.orElseThrow();
        List<PredecessorAction> actions = new ArrayList<>(before.getActions());
        actions.add(new PredecessorAction(action.getAgent(), action.getAdapterVersion(), action.getText()));
        OpenStep after = new OpenStep(before.getObservation(), before.getOffset(), List.copyOf(actions));

        List<TeamAgent> due = new ArrayList<>(dependencies.ready(acted(after)));
        due.removeAll(dependencies.ready(acted(before)));
        List<OpenStep> steps = open.getSteps().stream()
                .map(s -> s.equals(before) ? after : s)
                .filter(s -> !dependencies.complete(acted(s)))
                .toList();
        return new Routed.Moved(
                OpenEpisode.newBuilder(open).setSteps(steps).build(), turns(team.orElseThrow(), after, due));
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
        if (step.isEmpty() || acted(step.get()).contains(agent)) {
            return Optional.of("agent '" + agent + "' acted already at step " + action.getStep());
        }
        if (!acted(step.get()).containsAll(dependencies.agent(agent).getAfter())) {
            return Optional.of("agent '" + agent + "' acted at step " + action.getStep()
                    + " before its predecessors, without having been given a turn");
        }
        return Optional.empty();
    }

    private static List<Turn> turns(KnownTeam team, OpenStep step, List<TeamAgent> due) {
        return due.stream().map(agent -> turn(team, step, agent)).toList();
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
                .setMessages(TurnMessages.of(agent.getProfile(), observation.getMessages(), predecessors))
                .setPredecessors(predecessors)
                .setSampling(agent.getSampling())
                .setSeed(DecisionSeed.of(observation.getSeed(), observation.getStep(), agent.getName()))
                .setObservedAt(observation.getCreatedAt())
                .build();
    }

    /** The agents that acted in a step. */
    static Set<String> acted(OpenStep step) {
        return step.getActions().stream().map(PredecessorAction::getAgent).collect(Collectors.toSet());
    }

    private static boolean sameTeam(OpenEpisode open, String team, int version) {
        return open.getTeam().equals(team) && open.getTeamVersion() == version;
    }

    private static String describe(OpenEpisode open) {
        return "team " + open.getTeam() + " version " + open.getTeamVersion();
    }
}
