package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.decoder.Perceptrons;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.critic.Critic;
import io.marft.trainer.optimizer.Moments;
import io.marft.trainer.state.CriticState;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A critic of the paper's size, 1024 and 512, on a base 4,096 wide, and 16,000 states of 500 decisions. */
final class WideCriticTest {

    private static final int WIDTH = 4096;
    private static final int DECISIONS = 500;
    private static final int TOKENS = 32;

    @TempDir
    Path directory;

    @Test
    void shouldValueAndLearnSixteenThousandStatesInOneGibibyteOfHeap() {
        assertTrue(Runtime.getRuntime().maxMemory() <= 1 << 30, "this process has more heap than the promise says");
        List<float[][]> features = features();
        List<float[]> states = features.stream().flatMap(Arrays::stream).toList();
        Critic critic = Critic.initial(List.of(WIDTH, 1024, 512, 1), 1);
        TrainingConfiguration configuration = TrainingFile.parse("level: token\nepochs: 1\n", "test");
        try (LanguageModel model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1))) {
            Perceptrons perceptrons = model.perceptrons();
            double[] values = critic.values(perceptrons, states);

            int[] some =
                    IntStream.iterate(0, k -> k < values.length, k -> k + 499).toArray();
            double[] before = Arrays.stream(some).mapToDouble(k -> values[k]).toArray();
            assertArrayEquals(before, critic.values(perceptrons, Minibatches.pick(states, some)), 1e-9);

            double[][] returns =
                    rows(IntStream.range(0, values.length).mapToDouble(k -> 1).toArray());
            CriticState start = new CriticState(critic, Moments.zero(critic.size()));
            CriticState end = new CriticTraining(configuration, perceptrons, () -> {})
                    .train(start, features, rows(values), returns, new Random(1))
                    .state();

            assertEquals(configuration.minibatches(), end.moments().steps());
            double[] after = end.critic().values(perceptrons, Minibatches.pick(states, some));
            assertTrue(error(after) < error(before), error(before) + " became " + error(after));
        }
    }

    private static List<float[][]> features() {
        SplittableRandom random = new SplittableRandom(3);
        return Stream.generate(() -> {
                    float[][] units = new float[TOKENS][WIDTH];
                    for (float[] unit : units) {
                        for (int i = 0; i < WIDTH; i++) {
                            unit[i] = (float) random.nextDouble() * 2 - 1;
                        }
                    }
                    return units;
                })
                .limit(DECISIONS)
                .toList();
    }

    private static double[][] rows(double[] flat) {
        return IntStream.range(0, DECISIONS)
                .mapToObj(k -> Arrays.copyOfRange(flat, k * TOKENS, (k + 1) * TOKENS))
                .toArray(double[][]::new);
    }

    /** Of values whose return is 1. */
    private static double error(double[] values) {
        return Arrays.stream(values).map(value -> Math.abs(1 - value)).average().orElseThrow();
    }
}
