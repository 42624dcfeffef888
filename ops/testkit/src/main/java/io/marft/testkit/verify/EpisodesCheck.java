package io.marft.testkit.verify;

import dev.cel.runtime.CelEvaluationException;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.Conversation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plays every episode once more, from its observations and actions, and says which turns, actions, rewards and
 * trajectories there must be. To be used once.
 */
final class EpisodesCheck {

    private final History history;
    private final Verifier.Scoring scoring;
    private final Interpreter interpreter = new Interpreter();
    private final Map<String, Team> teams = new HashMap<>();
    private final List<String> findings = new ArrayList<>();

    private final Comparison<Observation> observations =
            new Comparison<>("observation", o -> decision(o.getEpisode(), o.getStep()), Set.of("createdAt"));
    private final Comparison<Reference> references =
            new Comparison<>("reference", Reference::getEpisode, Set.of("createdAt"));
    private final Comparison<Turn> turns = new Comparison<>(
            "turn", turn -> decision(turn.getEpisode(), turn.getStep(), turn.getAgent()), Set.of("seed"));
    private final Comparison<Action> actions = new Comparison<>(
            "action", action -> decision(action.getEpisode(), action.getStep(), action.getAgent()), Set.of());
    private final Comparison<Reward> rewards = new Comparison<>(
            "reward",
            reward -> decision(reward.getEpisode(), reward.getStep()),
            Set.of("verifierVersion", "createdAt"));
    private final Comparison<Trajectory> trajectories =
            new Comparison<>("trajectory", Trajectory::getEpisode, Set.of("closedAt"));

    EpisodesCheck(History history, Verifier.Scoring scoring) {
        this.history = history;
        this.scoring = scoring;
        history.teams()
                .forEach(team -> teams.putIfAbsent(
                        version(team.value().getName(), team.value().getVersion()), team.value()));
        observations.found(history.observations(), Observation::getEpisode);
        references.found(history.references(), Reference::getEpisode);
        turns.found(history.turns(), Turn::getEpisode);
        actions.found(history.actions(), Action::getEpisode);
        rewards.found(history.rewards(), Reward::getEpisode);
        trajectories.found(history.trajectories(), Trajectory::getEpisode);
    }

    private static String decision(Object... parts) {
        return String.join("/", Arrays.stream(parts).map(Object::toString).toList());
    }

    private static String version(String team, int version) {
        return team + " version " + version;
    }

    List<String> findings() {
        for (var placed : history.observations()) {
            if (placed.value().getStep() == 0) {
                play(placed.value());
            }
        }
        for (var comparison : List.of(observations, references, turns, actions, rewards, trajectories)) {
            findings.addAll(comparison.findings());
        }
        return findings;
    }

    private void play(Observation first) {
        Optional<Team> team = Optional.ofNullable(teams.get(version(first.getTeam(), first.getTeamVersion())));
        if (team.isEmpty()) {
            findings.add("missing team " + version(first.getTeam(), first.getTeamVersion()) + " of episode "
                    + first.getEpisode());
            return;
        }
        observations.expect(first);
        Optional<Reference> reference = references.get(first.getEpisode());
        reference.ifPresent(references::expect);
        if (reference.isEmpty() && first.getPurpose() != Purpose.QUESTION) {
            findings.add("missing reference " + first.getEpisode());
        }
        try {
            play(first, team.get(), reference);
        } catch (CelEvaluationException e) {
            findings.add("open episode " + first.getEpisode() + ": a condition has no value: " + e.getMessage());
        }
    }

    private void play(Observation first, Team team, Optional<Reference> reference) throws CelEvaluationException {
        List<Step> steps = new ArrayList<>();
        double verdict = 0;
        Optional<Observation> observation = Optional.of(first);
        while (observation.isPresent() && !observation.get().getDone() && steps.size() < team.getHorizon()) {
            Interpreter.Step step = act(team, observation.get());
            if (!step.complete()) {
                findings.add("open episode " + first.getEpisode() + ": step " + steps.size() + " is not complete");
                return;
            }
            Optional<Reward> reward = Optional.empty();
            if (reference.isPresent()) {
                Reward due = reward(team, observation.get(), step, reference.get(), verdict);
                rewards.expect(due);
                verdict = mean(due.getParts(), verdict);
                reward = rewards.get(decision(first.getEpisode(), steps.size()));
            }
            steps.add(new Step(
                    steps.size(),
                    observation.get().getMessages(),
                    List.copyOf(step.acted().values()),
                    reward.orElse(null)));
            observation = next(team, observation.get(), step);
        }
        if (observation.isEmpty() && steps.size() < team.getHorizon()) {
            findings.add("open episode " + first.getEpisode() + ": missing observation " + steps.size());
            return;
        }
        Closure ended = team.getRetry().isEmpty() ? Closure.DONE : Closure.ANSWERED;
        close(first, observation.filter(Observation::getDone).isPresent() ? ended : Closure.HORIZON, steps);
    }

    /** Says which turns and actions a step must have. */
    private Interpreter.Step act(Team team, Observation observation) throws CelEvaluationException {
        String episode = observation.getEpisode();
        Map<String, Action> given = new HashMap<>();
        for (TeamAgent agent : team.getAgents()) {
            actions.get(decision(episode, observation.getStep(), agent.getName()))
                    .ifPresent(action -> given.put(agent.getName(), action));
        }
        Interpreter.Step step = interpreter.step(team, observation, given);
        for (Interpreter.Heard heard : step.turns()) {
            TeamAgent agent = heard.agent();
            Turn turn = Turn.newBuilder()
                    .setEpisode(episode)
                    .setStep(observation.getStep())
                    .setAgent(agent.getName())
                    .setTeam(observation.getTeam())
                    .setTeamVersion(observation.getTeamVersion())
                    .setPurpose(observation.getPurpose())
                    .setMessages(Conversation.of(agent.getProfile(), observation.getMessages(), heard.predecessors()))
                    .setPredecessors(heard.predecessors())
                    .setSampling(agent.getSampling())
                    .setSeed(0)
                    .setObservedAt(observation.getCreatedAt())
                    .build();
            turns.expect(turn);
            expectAction(turn, Optional.ofNullable(given.get(agent.getName())));
        }
        return step;
    }

    /** An action must belong to its turn, whatever a policy made of that. */
    private void expectAction(Turn turn, Optional<Action> found) {
        String named = decision(turn.getEpisode(), turn.getStep(), turn.getAgent());
        if (found.isEmpty()) {
            findings.add("missing action " + named);
            return;
        }
        long seed = turns.get(named).map(Turn::getSeed).orElse(found.get().getSeed());
        actions.expect(Action.newBuilder(found.get())
                .setTeam(turn.getTeam())
                .setTeamVersion(turn.getTeamVersion())
                .setPurpose(turn.getPurpose())
                .setSampling(turn.getSampling())
                .setSeed(seed)
                .build());
        if (found.get().getLogProbs().size() != found.get().getOutputTokens().size()) {
            findings.add("unsound action " + named + ": "
                    + found.get().getOutputTokens().size() + " tokens, "
                    + found.get().getLogProbs().size() + " log-probabilities");
        }
    }

    private Reward reward(
            Team team, Observation observation, Interpreter.Step step, Reference reference, double before) {
        Map<String, Double> parts = new LinkedHashMap<>();
        for (TeamAgent agent : team.getAgents()) {
            Action action = step.acted().get(agent.getName());
            if (agent.getAnswers() && action != null) {
                parts.put(
                        agent.getName(),
                        scoring.verdict(reference.getVerifier(), action.getText(), reference.getAnswer()));
            }
        }
        return Reward.newBuilder()
                .setEpisode(observation.getEpisode())
                .setStep(observation.getStep())
                .setTeam(observation.getTeam())
                .setPurpose(observation.getPurpose())
                .setValue(mean(parts, before) - before)
                .setParts(parts)
                .setVerifier(reference.getVerifier())
                .setVerifierVersion("")
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    /** The mean verdict of a step; where nobody answered, that of the step before. */
    private static double mean(Map<String, Double> parts, double before) {
        return parts.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(before);
    }

    /** The observation after a complete step: the environment's, or the one that a team that retries must have made. */
    private Optional<Observation> next(Team team, Observation observation, Interpreter.Step step)
            throws CelEvaluationException {
        int next = observation.getStep() + 1;
        Optional<Observation> found = observations.get(decision(observation.getEpisode(), next));
        if (next >= team.getHorizon()) {
            return Optional.empty();
        }
        if (team.getRetry().isEmpty()) {
            found.ifPresent(observations::expect);
        } else {
            observations.expect(Observation.newBuilder(observation)
                    .setStep(next)
                    .setDone(!interpreter.retries(team, observation, step))
                    .build());
        }
        return found;
    }

    private void close(Observation first, Closure closure, List<Step> steps) {
        if (steps.isEmpty()) {
            return; // No observation could be acted upon, so there was no episode.
        }
        Optional<Trajectory> found = trajectories.get(first.getEpisode());
        trajectories.expect(Trajectory.newBuilder()
                .setEpisode(first.getEpisode())
                .setTeam(first.getTeam())
                .setTeamVersion(first.getTeamVersion())
                .setPurpose(first.getPurpose())
                .setClosure(closure)
                .setTerminal(true)
                .setSteps(first.getPurpose() == Purpose.QUESTION ? withoutEarlyRewards(steps, found) : steps)
                .setOpenedAt(first.getCreatedAt())
                .setClosedAt(Instant.EPOCH)
                .build());
    }

    /** A question closes whether or not it is rewarded yet. */
    private static List<Step> withoutEarlyRewards(List<Step> steps, Optional<Trajectory> found) {
        List<Step> allowed = new ArrayList<>();
        for (Step step : steps) {
            boolean without = found.stream()
                    .flatMap(trajectory -> trajectory.getSteps().stream())
                    .anyMatch(other -> other.getStep() == step.getStep() && other.getReward() == null);
            allowed.add(without ? Step.newBuilder(step).setReward(null).build() : step);
        }
        return allowed;
    }
}
