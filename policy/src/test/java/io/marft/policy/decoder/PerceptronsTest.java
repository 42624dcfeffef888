package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What they compute is held to plain loops by the critic's tests. */
class PerceptronsTest {

    private static final List<Integer> SIZES = List.of(20, 12, 7, 1);
    private static final int WEIGHTS = 20 * 12 + 12 * 7 + 7;

    @TempDir
    static Path directory;

    private static Decoder one;
    private static Decoder two;

    @BeforeAll
    static void load() {
        ModelConfig config = TinyModels.config();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        Checkpoint checkpoint = Checkpoint.read(directory);
        one = new Decoder(checkpoint, ModelOptions.DEFAULT.withThreads(1));
        two = new Decoder(checkpoint, ModelOptions.DEFAULT.withThreads(2));
    }

    @AfterAll
    static void close() {
        one.close();
        two.close();
    }

    @Test
    void shouldComputeAsWorkedByHand() {
        Perceptrons perceptrons = one.perceptrons();
        List<Integer> sizes = List.of(2, 2, 1);
        float[] weights = {1, 2, -1, 1, 3, 5};
        List<float[]> inputs = List.of(new float[] {4, 1}, new float[] {-1, 1});

        // Hidden: 1·4 + 2·1 = 6 and max(0, −4 + 1) = 0; 1 and 2. Outputs: 3·6; 3·1 + 5·2.
        assertArrayEquals(new double[] {18, 13}, perceptrons.values(sizes, weights, inputs));
        // By the first: (12, 3), nothing, (6, 0). By the second, twice: (−3, 3), (−5, 5), (1, 2).
        assertArrayEquals(
                new float[] {12 - 6, 3 + 6, -10, 10, 6 + 2, 4},
                perceptrons.gradient(sizes, weights, inputs, new double[] {1, 2}));
    }

    @Test
    void shouldGiveTheSameBitsWhateverTheNumberOfThreads() {
        List<float[]> inputs = inputs(1300);
        float[] weights = weights();
        double[] byValue = new Random(4).doubles(inputs.size(), -1, 1).toArray();

        assertArrayEquals(
                one.perceptrons().values(SIZES, weights, inputs),
                two.perceptrons().values(SIZES, weights, inputs));
        assertArrayEquals(
                one.perceptrons().gradient(SIZES, weights, inputs, byValue),
                two.perceptrons().gradient(SIZES, weights, inputs, byValue));
    }

    @Test
    void shouldGiveInManyPiecesWhatItGivesInOne() {
        List<float[]> inputs = inputs(1300);
        Perceptrons perceptrons = one.perceptrons();
        double[] all = perceptrons.values(SIZES, weights(), inputs);

        for (int from = 0; from < inputs.size(); from += 100) {
            assertArrayEquals(
                    perceptrons.values(SIZES, weights(), inputs.subList(from, from + 100)),
                    Arrays.copyOfRange(all, from, from + 100),
                    1e-14);
        }
    }

    @Test
    void shouldValueNothingWhereThereIsNothing() {
        assertArrayEquals(new double[0], one.perceptrons().values(SIZES, weights(), List.of()));
    }

    @Test
    void shouldRefuseWhatDoesNotFitTogether() {
        Perceptrons perceptrons = one.perceptrons();
        assertRefused(
                "Perceptron of sizes [20, 12, 7, 1] must have 331 weights, got: 3",
                () -> perceptrons.values(SIZES, new float[3], inputs(1)));
        assertRefused(
                "Perceptron's inputs must have 20 values each, got: 19",
                () -> perceptrons.values(SIZES, weights(), List.of(new float[19])));
        assertRefused(
                "Perceptron must have one derivative for each input: 2, got: 3",
                () -> perceptrons.gradient(SIZES, weights(), inputs(2), new double[3]));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    private static float[] weights() {
        return floats(WEIGHTS, new Random(2));
    }

    private static List<float[]> inputs(int count) {
        Random random = new Random(3);
        List<float[]> inputs = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            inputs.add(floats(SIZES.get(0), random));
        }
        return inputs;
    }

    private static float[] floats(int count, Random random) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }
}
