package io.marft.reward.score;

import io.marft.reward.episode.EpisodeSteps;
import io.marft.reward.episode.Teams;
import io.marft.reward.verify.Verifier;
import io.marft.schemas.catalogue.ByName;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.HeldAction;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.DependencyFunction;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides, without Kafka, what a record means for the rewards of its episode. References, actions and observations may
 * come in any order between them. A step is scored once, after the steps before it, when the reference is there and every
 * answering agent has acted or is skipped; {@link EpisodeSteps} says how many steps there are.
 *
 * <p>A step's value is by how much it bettered the answer: the mean verdict on its answers, less that of the step before.
 * So an episode's values add up to the verdict on its last answer, and a verifier that sends right work back, or wrong
 * work twice, gains nothing by it. A step in which nobody answers leaves the answer as it was, and is worth 0.
 *
 * <p>Thread-safe.
 */
public final class Scoring {

    /** What became of a record. */
    public sealed interface Outcome {}

    /** Scoring does not need the record: no answer can depend on it, or it repeats another. */
    public record Ignored() implements Outcome {}

    /** The record cannot be used; the reason is one line for a dead letter. */
    public record Rejected(String reason) implements Outcome {}

    /**
     * The record counts.
     *
     * @param state what to hold from now on; empty once the episode's last step is scored
     * @param rewards the steps that this record completed, usually one or none
     */
    public record Accepted(Optional<ScoringState> state, List<Reward> rewards) implements Outcome {}

    private final ByName<Verifier> verifiers;
    private final Teams teams;

    /**
     * @param verifiers those that references may name
     * @param teams the teams whose actions are scored
     */
    public Scoring(ByName<Verifier> verifiers, Teams teams) {
        this.verifiers = verifiers;
        this.teams = teams;
    }

    /** Takes a reference. */
    public Outcome reference(Optional<ScoringState> known, Reference reference, Instant now) {
        if (verifiers.find(reference.getVerifier()).isEmpty()) {
            return new Rejected(verifiers.unknown(reference.getVerifier()));
        }
        ScoringState state = known.orElseGet(() -> opened(reference.getEpisode(), now));
        if (state.getReference() != null) {
            return new Rejected("episode has a reference already");
        }
        return score(holding(state, reference, state.getObservations(), state.getActions()), now);
    }

    /** Takes an action of any agent. */
    public Outcome action(Optional<ScoringState> known, Action action, Instant now) {
        Optional<KnownTeam> found = teams.find(action.getTeam(), action.getTeamVersion());
        if (found.isEmpty()) {
            return new Rejected("team " + action.getTeam() + " version " + action.getTeamVersion() + " is unknown");
        }
        Team team = found.get().team();
        DependencyFunction dependencies = found.get().dependencies();
        if (!dependencies.has(action.getAgent())) {
            return new Rejected("agent " + action.getAgent() + " is not in team " + team.getName() + " version "
                    + team.getVersion());
        }
        if (!found.get().steps().has(action.getStep())) {
            return new Rejected("step " + action.getStep() + " is outside the horizon of " + team.getHorizon()
                    + " of team " + team.getName());
        }
        boolean decides = dependencies.skips() && dependencies.leadsToAnswer(action.getAgent());
        boolean retries = found.get().steps().decidesAfter(action.getStep());
        if (!decides && !retries && !dependencies.agent(action.getAgent()).getAnswers()) {
            return new Ignored();
        }
        ScoringState state = known.orElseGet(() -> opened(action.getEpisode(), now));
        Optional<ScoredEpisode> episode = ScoredEpisode.of(state, teams);
        if (episode.isPresent() && !episode.get().steps().keeps(action.getTeam(), action.getTeamVersion())) {
            return new Rejected("episode keeps " + episode.get().describe() + ", not " + action.getTeam() + " version "
                    + action.getTeamVersion());
        }
        for (HeldAction held : state.getActions()) {
            if (held.getStep() == action.getStep() && held.getAgent().equals(action.getAgent())) {
                return new Ignored();
            }
        }
        List<HeldAction> actions = new ArrayList<>(state.getActions());
        actions.add(new HeldAction(
                action.getStep(),
                action.getAgent(),
                action.getTeam(),
                action.getTeamVersion(),
                action.getPurpose(),
                action.getText()));
        return score(holding(state, state.getReference(), state.getObservations(), actions), now);
    }

    /**
     * Takes an observation. An episode's observations come in order. One that is not the next is ignored, so that an episode
     * ends here by what the router takes for its end, and by nothing else. The router and assembly write the dead letters
     * of those that are wrong.
     */
    public Outcome observation(Optional<ScoringState> known, Observation observation, Instant now) {
        Optional<KnownTeam> team = teams.find(observation.getTeam(), observation.getTeamVersion());
        if (team.isEmpty() || !matters(team.get(), observation)) {
            return new Ignored();
        }
        ScoringState state = known.orElseGet(() -> opened(observation.getEpisode(), now));
        EpisodeSteps steps = ScoredEpisode.of(state, teams)
                .map(ScoredEpisode::steps)
                .orElseGet(() -> EpisodeSteps.unbegun(team.get()));
        boolean foreign = !steps.keeps(observation.getTeam(), observation.getTeamVersion());
        if (foreign || !follows(state.getObservations(), observation, steps)) {
            return new Ignored();
        }
        List<Observation> observations = new ArrayList<>(state.getObservations());
        observations.add(observation);
        return score(holding(state, state.getReference(), observations, state.getActions()), now);
    }

    /** Whether scoring needs observations of the team at all, and this one says what the horizon does not. */
    private static boolean matters(KnownTeam team, Observation observation) {
        boolean needed = team.team().getHorizon() > 1 || team.dependencies().skips();
        return needed && team.steps().has(observation);
    }

    /** Whether an observation goes on from those that came before it in its topic. */
    private static boolean follows(List<Observation> before, Observation observation, EpisodeSteps steps) {
        if (before.isEmpty()) {
            return observation.getStep() == 0;
        }
        if (steps.own()) {
            return !steps.has(observation) && steps.goOn(observation);
        }
        return !before.get(before.size() - 1).getDone() && observation.getStep() == before.size();
    }

    private Accepted score(ScoringState state, Instant now) {
        Optional<ScoredEpisode> known = ScoredEpisode.of(state, teams);
        if (state.getReference() == null || known.isEmpty()) {
            return new Accepted(Optional.of(state), List.of());
        }
        ScoredEpisode episode = known.get();
        Verifier verifier = verifiers.get(state.getReference().getVerifier());
        List<Reward> rewards = new ArrayList<>();
        int step = state.getScored();
        double before = state.getVerdict();
        int end = episode.steps().count();
        for (; step < end; step++) {
            Optional<Map<String, String>> answers = episode.answers(step);
            if (answers.isEmpty()) {
                break;
            }
            Map<String, Double> parts = new LinkedHashMap<>();
            answers.get()
                    .forEach((agent, answer) -> parts.put(
                            agent, verifier.verdict(answer, state.getReference().getAnswer())));
            double mean = parts.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(before);
            rewards.add(new Reward(
                    state.getEpisode(),
                    step,
                    episode.team().team().getName(),
                    episode.purpose(),
                    mean - before,
                    parts,
                    verifier.name(),
                    verifier.version(),
                    now));
            before = mean;
        }
        if (step >= end) {
            return new Accepted(Optional.empty(), rewards);
        }
        ScoringState scored = new ScoringState(
                state.getEpisode(),
                state.getReference(),
                state.getReferenceOffset(),
                state.getObservations(),
                state.getActions(),
                step,
                before,
                state.getOpenedAt());
        return new Accepted(Optional.of(scored), rewards);
    }

    /** Calls the constructor, because a builder would copy the state deeply. */
    private static ScoringState holding(
            ScoringState state, Reference reference, List<Observation> observations, List<HeldAction> actions) {
        return new ScoringState(
                state.getEpisode(),
                reference,
                state.getReferenceOffset(),
                observations,
                actions,
                state.getScored(),
                state.getVerdict(),
                state.getOpenedAt());
    }

    private static ScoringState opened(String episode, Instant now) {
        return new ScoringState(episode, null, -1L, List.of(), List.of(), 0, 0.0, now);
    }
}
