package io.marft.reward.score;

import io.marft.reward.Teams;
import io.marft.reward.verify.Verifier;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.client.TeamStore.KnownTeam;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.HeldAnswer;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.DependencyFunction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides, without Kafka, what a reference or an action means for the rewards of its episode. The two may come in either
 * order. A step is scored once, when the reference and the actions of all answering agents are there; its reward is the
 * mean of their verdicts. Thread-safe.
 */
public final class Scoring {

    /** What became of a record. */
    public sealed interface Outcome {}

    /** The record tells scoring nothing: the agent does not answer, or had answered already. */
    public record Ignored() implements Outcome {}

    /** The record cannot be used; the reason is one line for a dead letter. */
    public record Rejected(String reason) implements Outcome {}

    /**
     * The record counts.
     *
     * @param state what to hold from now on; empty once the episode's horizon is scored
     * @param rewards the steps that this record completed, usually one or none
     */
    public record Accepted(Optional<ScoringState> state, List<Reward> rewards) implements Outcome {}

    private final Verifiers verifiers;
    private final Teams teams;

    /** @param teams the teams whose actions are scored */
    public Scoring(Verifiers verifiers, Teams teams) {
        this.verifiers = verifiers;
        this.teams = teams;
    }

    /** Takes a reference, the episode's first or second record. */
    public Outcome reference(Optional<ScoringState> known, Reference reference, Instant now) {
        if (verifiers.find(reference.getVerifier()).isEmpty()) {
            return new Rejected(
                    "verifier '" + reference.getVerifier() + "' is unknown: use one of " + verifiers.names());
        }
        ScoringState state = known.orElseGet(() -> opened(reference.getEpisode(), now));
        if (state.getReference() != null) {
            return new Rejected("episode has a reference already");
        }
        return score(with(state, reference, state.getAnswers(), state.getScored()), now);
    }

    /** Takes an action of whatever agent. */
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
        if (action.getStep() < 0 || action.getStep() >= team.getHorizon()) {
            return new Rejected("step " + action.getStep() + " is outside the horizon of " + team.getHorizon()
                    + " of team " + team.getName());
        }
        if (!dependencies.agent(action.getAgent()).getAnswers()) {
            return new Ignored();
        }
        ScoringState state = known.orElseGet(() -> opened(action.getEpisode(), now));
        for (HeldAnswer held : state.getAnswers()) {
            if (!held.getTeam().equals(action.getTeam()) || held.getTeamVersion() != action.getTeamVersion()) {
                return new Rejected("episode keeps team " + held.getTeam() + " version " + held.getTeamVersion()
                        + ", not " + action.getTeam() + " version " + action.getTeamVersion());
            }
            if (held.getStep() == action.getStep() && held.getAgent().equals(action.getAgent())) {
                return new Ignored();
            }
        }
        List<HeldAnswer> answers = new ArrayList<>(state.getAnswers());
        answers.add(new HeldAnswer(
                action.getStep(),
                action.getAgent(),
                action.getTeam(),
                action.getTeamVersion(),
                action.getPurpose(),
                action.getText()));
        return score(with(state, state.getReference(), answers, state.getScored()), now);
    }

    private Accepted score(ScoringState state, Instant now) {
        if (state.getReference() == null || state.getAnswers().isEmpty()) {
            return new Accepted(Optional.of(state), List.of());
        }
        HeldAnswer first = state.getAnswers().get(0);
        KnownTeam team = teams.find(first.getTeam(), first.getTeamVersion())
                .orElseThrow(() -> new IllegalStateException("the team of an answer that was taken is known"));
        int horizon = team.team().getHorizon();
        List<Integer> scored = new ArrayList<>(state.getScored());
        List<Reward> rewards = new ArrayList<>();
        for (int step = 0; step < horizon; step++) {
            if (!scored.contains(step)) {
                Optional<Reward> reward =
                        reward(state, step, team.dependencies().answering(), now);
                if (reward.isPresent()) {
                    rewards.add(reward.get());
                    scored.add(step);
                }
            }
        }
        boolean done = scored.size() == horizon;
        return new Accepted(
                done ? Optional.empty() : Optional.of(with(state, state.getReference(), state.getAnswers(), scored)),
                rewards);
    }

    private Optional<Reward> reward(ScoringState state, int step, List<TeamAgent> answering, Instant now) {
        Reference reference = state.getReference();
        Verifier verifier = verifiers.find(reference.getVerifier()).orElseThrow();
        Map<String, Double> parts = new LinkedHashMap<>();
        double sum = 0;
        for (TeamAgent agent : answering) {
            Optional<HeldAnswer> answer = state.getAnswers().stream()
                    .filter(held -> held.getStep() == step && held.getAgent().equals(agent.getName()))
                    .findFirst();
            if (answer.isEmpty()) {
                return Optional.empty();
            }
            double verdict = verifier.verdict(answer.get().getText(), reference.getAnswer());
            parts.put(agent.getName(), verdict);
            sum += verdict;
        }
        String team = state.getAnswers().get(0).getTeam();
        Purpose purpose = state.getAnswers().get(0).getPurpose();
        return Optional.of(new Reward(
                state.getEpisode(),
                step,
                team,
                purpose,
                sum / parts.size(),
                parts,
                verifier.name(),
                verifier.version(),
                now));
    }

    private static ScoringState opened(String episode, Instant now) {
        return new ScoringState(episode, null, List.of(), List.of(), now);
    }

    private static ScoringState with(
            ScoringState state, Reference reference, List<HeldAnswer> answers, List<Integer> scored) {
        return new ScoringState(state.getEpisode(), reference, answers, scored, state.getOpenedAt());
    }
}
