package io.marft.trainer.update;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.record.Trajectory;
import io.marft.trainer.Trajectories;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.Reading;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tiny random model whose team of two plays, 64 episodes at a time, and learns. */
final class Learner implements AutoCloseable {

    private static final int EPISODES = 64;
    private static final long SEED = 5;

    private final LanguageModel model;

    Learner(Path directory) {
        this.model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
    }

    /** A configuration that learns quickly, in few long steps without a trust region, with sections of its own laid over it. */
    static TrainingConfiguration quick(String yaml) {
        return TrainingFile.parse(
                """
                minibatches: 1
                targetKl: 1000
                optimizer: {learningRate: 0.01}
                policy: {entropyCoefficient: 0}
                lora: {targets: [q_proj, v_proj, o_proj, up_proj, down_proj]}
                """
                        + yaml,
                "test");
    }

    /** The share of an action's tokens from the upper half of the vocabulary. */
    private static double reward(List<Integer> tokens) {
        return tokens.stream().filter(token -> token > 50).count() / (double) tokens.size();
    }

    TrainingState initial(TrainingConfiguration configuration) {
        return TrainingState.initial(model.digest(), model.config(), Trajectories.TEAM, configuration, SEED);
    }

    /** The next update's episodes; the same for the same state. */
    List<Episode> play(TrainingState state) {
        Map<String, Adapter> adapters = new LinkedHashMap<>();
        state.agents().forEach((agent, agentState) -> adapters.put(agent, agentState.adapter()));
        EpisodeReader reader = new EpisodeReader(Trajectories.TEAM, model);
        int from = (int) state.update() * EPISODES;
        List<Trajectory> played =
                new Trajectories(model, Learner::reward).play(from, from + EPISODES, state.update(), adapters);
        return played.stream()
                .map(trajectory -> (Reading.Usable) reader.read(trajectory, state.update(), 0))
                .map(Reading.Usable::episode)
                .toList();
    }

    double earned(TrainingState state) {
        return play(state).stream().mapToDouble(Episode::earned).average().orElseThrow();
    }

    UpdateResult update(TrainingState state, TrainingConfiguration configuration, int threads) {
        return update(state, play(state), configuration, threads);
    }

    UpdateResult update(TrainingState state, List<Episode> episodes, TrainingConfiguration configuration, int threads) {
        try (MarftUpdate update = marft(threads)) {
            return update.apply(state, episodes, configuration, SEED);
        }
    }

    MarftUpdate marft(int threads) {
        return new MarftUpdate(model, threads);
    }

    static String digest(TrainingState state) {
        return StateBytes.digest(state);
    }

    @Override
    public void close() {
        model.close();
    }
}
