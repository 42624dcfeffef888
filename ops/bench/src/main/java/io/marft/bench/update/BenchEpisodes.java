package io.marft.bench.update;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.bench.report.BenchException;
import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.environments.task.Tasks;
import io.marft.experiment.game.Arena;
import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Episodes to learn from, played with the untuned model: the same ones for the same plan. */
final class BenchEpisodes {

    private static final long SEED = 1;

    private BenchEpisodes() {}

    /**
     * Plays them.
     *
     * @return as many as are planned, less those that the model's context had no room for
     * @throws BenchException if none can be learned from
     */
    static List<Episode> play(UpdatePlan plan, LanguageModel model) {
        Map<String, VersionedAdapter> untuned = plan.team().getAgents().stream()
                .map(TeamAgent::getName)
                .collect(Collectors.toMap(Function.identity(), agent -> VersionedAdapter.base()));
        Arena.Played played = new Arena(model, plan.team()).play(starts(plan), untuned);
        EpisodeReader reader = new EpisodeReader(plan.team(), model);
        List<Episode> episodes = new ArrayList<>();
        for (Trajectory trajectory :
                played.episodes().stream().flatMap(Optional::stream).toList()) {
            Reading reading = reader.read(trajectory, 0, 0);
            if (!(reading instanceof Reading.Usable usable)) {
                throw new BenchException("an episode that was played cannot be learned from: " + reading);
            }
            episodes.add(usable.episode());
        }
        if (episodes.isEmpty()) {
            throw new BenchException(
                    "no episode came to its end: team '" + plan.team().getName()
                            + "' writes more than the model's context of " + model.maxLength()
                            + " tokens holds: lower maxNewTokens");
        }
        return episodes;
    }

    private static List<Arena.Start> starts(UpdatePlan plan) {
        Task task = Tasks.named(Tasks.BUNDLED);
        return IntStream.range(0, plan.episodes())
                .mapToObj(i -> new Arena.Start(
                        new NewEpisode(
                                NewEpisode.id(Purpose.TRAINING, "bench", i),
                                plan.team(),
                                Purpose.TRAINING,
                                task.name(),
                                NewEpisode.seed(SEED, i)),
                        task.training(SEED, i)))
                .toList();
    }
}
