package io.marft.experiment.game;

import io.marft.actor.acting.Policy;
import io.marft.actor.acting.TurnGenerator;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.NewEpisode;
import io.marft.policy.LanguageModel;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Tensor;
import io.marft.reward.assemble.Assembly;
import io.marft.reward.episode.Teams;
import io.marft.reward.score.Scoring;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.DependencyFunction;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Plays episodes of a team in this process: the running system without its topics. Observations are routed, turns are
 * generated, actions scored and trajectories assembled by the services' own code ({@link OpenGame}), on the records that
 * they exchange; only the order is fixed. Agents take turns in the team's topological order, and all due turns of an
 * agent are generated as one batch.
 *
 * <p>What is played is the same bit for bit every time, if the model was loaded with one thread and nobody else generates
 * with it meanwhile: which sequences share a batch decides how log-probabilities are rounded, so neither timing nor what
 * was played before may have a say. That is why every play hands the model adapters of its own, of whose prompts it has
 * learned nothing yet.
 *
 * <p>To be used by one thread.
 */
public final class Arena {

    /** An exact sum of steps' rewards may be rounded to less. */
    private static final double RIGHT = 1 - 1e-9;

    /** An episode to be played, and what it asks. */
    public record Start(NewEpisode episode, Exercise exercise) {}

    /**
     * What was played.
     *
     * @param episodes one for each start, in order; empty where an agent's prompt found no room in the model's context
     * @param tokens how many tokens agents generated
     */
    public record Played(List<Optional<Trajectory>> episodes, long tokens) {

        /** How many episodes were answered rightly. */
        public int right() {
            return (int) episodes.stream()
                    .flatMap(Optional::stream)
                    .filter(Arena::isRight)
                    .count();
        }
    }

    private final KnownTeam team;
    private final TurnGenerator generator;
    private final Scoring scoring;
    private final Assembly assembly;

    /**
     * An arena for one team.
     *
     * @param model not closed by this object
     */
    public Arena(LanguageModel model, Team team) {
        this.team = new KnownTeam(team, new DependencyFunction(team));
        this.generator = new TurnGenerator(model);
        Teams teams = (name, version) ->
                name.equals(team.getName()) && version == team.getVersion() ? Optional.of(this.team) : Optional.empty();
        this.scoring = new Scoring(Verifiers.onClassPath(), teams);
        this.assembly = new Assembly(teams);
    }

    /** Whether an episode's steps earned a whole reward together. */
    public static boolean isRight(Trajectory trajectory) {
        return trajectory.getSteps().stream()
                        .map(Step::getReward)
                        .mapToDouble(reward -> reward == null ? 0 : reward.getValue())
                        .sum()
                >= RIGHT;
    }

    /**
     * Plays episodes to their ends.
     *
     * @param adapters what each agent acts with, by its name
     */
    public Played play(List<Start> starts, Map<String, VersionedAdapter> adapters) {
        Map<String, VersionedAdapter> own = new HashMap<>();
        adapters.forEach((agent, adapter) -> own.put(agent, unseen(adapter)));
        Map<String, OpenGame> games = new LinkedHashMap<>();
        List<Turn> due = new ArrayList<>();
        for (Start start : starts) {
            OpenGame game = new OpenGame(team, scoring, assembly);
            games.put(start.episode().id(), game);
            due.addAll(game.begin(
                    start.episode().observation(start.exercise().question()),
                    start.episode().reference(start.exercise())));
        }
        long tokens = 0;
        while (!due.isEmpty()) {
            String agent = next(due);
            List<Turn> turns =
                    due.stream().filter(turn -> turn.getAgent().equals(agent)).toList();
            due.removeIf(turn -> turn.getAgent().equals(agent));
            for (CompletableFuture<Policy.Answer> answer : generator.answer(turns, own.get(agent))) {
                if (answer.join() instanceof Policy.Answer.Acted acted) {
                    Action action = acted.action();
                    tokens += action.getOutputTokens().size();
                    due.addAll(games.get(action.getEpisode()).act(action));
                }
            }
        }
        return new Played(games.values().stream().map(OpenGame::trajectory).toList(), tokens);
    }

    /** The first agent in the team's order that has a turn. */
    private String next(List<Turn> due) {
        return team.dependencies().order().stream()
                .map(TeamAgent::getName)
                .filter(agent -> due.stream().anyMatch(turn -> turn.getAgent().equals(agent)))
                .findFirst()
                .orElseThrow();
    }

    /** The model remembers prompts by the adapter's identity. */
    private static VersionedAdapter unseen(VersionedAdapter served) {
        Adapter copy = served.adapter()
                .withValues(served.adapter().tensors().values().stream()
                        .map(Tensor::values)
                        .toList());
        return new VersionedAdapter(served.version(), served.digest(), copy);
    }
}
