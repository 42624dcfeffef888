package io.marft.trainer.critic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.decoder.Perceptrons;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CriticTest {

    @TempDir
    static Path directory;

    private static LanguageModel model;
    private static Perceptrons perceptrons;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 2);
        perceptrons = model.perceptrons();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void shouldValueAStateAsWorkedByHand() {
        Critic critic = Critic.of(List.of(2, 2, 1), new float[] {1, 2, -1, 1, 3, 5});
        List<float[]> states = List.of(new float[] {4, 1});

        // Hidden: 1·4 + 2·1 = 6 and max(0, −4 + 1) = 0; value 3·6.
        assertArrayEquals(new double[] {18}, critic.values(perceptrons, states));
        assertArrayEquals(new float[] {12, 3, 0, 0, 6, 0}, critic.gradient(perceptrons, states, new double[] {1}));
    }

    @Test
    void shouldHaveTheGradientThatFiniteDifferencesGive() {
        Critic critic = Critic.initial(List.of(5, 7, 4, 1), 11);
        Random random = new Random(5);
        List<float[]> states = states(3, 5, random);
        double[] byValue = {0.5, -2, 1.25};
        float[] gradient = critic.gradient(perceptrons, states, byValue);

        float[] weights = critic.weights();
        for (int i = 0; i < weights.length; i++) {
            float kept = weights[i];
            weights[i] = kept + 1e-3f;
            double width = weights[i];
            double above = weighted(critic.with(weights), states, byValue);
            weights[i] = kept - 1e-3f;
            width -= weights[i];
            double below = weighted(critic.with(weights), states, byValue);
            weights[i] = kept;
            assertEquals((above - below) / width, gradient[i], 1e-4);
        }
    }

    private static double weighted(Critic critic, List<float[]> states, double[] byValue) {
        double[] values = critic.values(perceptrons, states);
        double sum = 0;
        for (int k = 0; k < byValue.length; k++) {
            sum += byValue[k] * values[k];
        }
        return sum;
    }

    /** Two hundred shapes of up to three hidden layers; some with so many states that they go through in three pieces. */
    @Test
    void shouldAgreeWithPlainLoopsOverDoubles() {
        Random random = new Random(17);
        for (int shape = 0; shape < 200; shape++) {
            List<Integer> sizes = sizes(random);
            Critic critic = Critic.initial(sizes, shape);
            List<float[]> states = states(1 + random.nextInt(shape % 20 == 0 ? 1500 : 80), sizes.get(0), random);
            double[] byValue = random.doubles(states.size(), -1, 1).toArray();
            CriticOracle.Evaluation expected = new CriticOracle(critic).evaluate(states);

            assertClose(expected.values(), critic.values(perceptrons, states), "values of " + sizes);

            float[] gradient = critic.gradient(perceptrons, states, byValue);
            double[] wide = IntStream.range(0, gradient.length)
                    .mapToDouble(i -> gradient[i])
                    .toArray();
            assertClose(expected.gradient(byValue), wide, "gradient of " + sizes);
        }
    }

    private static List<Integer> sizes(Random random) {
        List<Integer> sizes = new ArrayList<>();
        for (int layer = random.nextInt(4); layer >= 0; layer--) {
            sizes.add(1 + random.nextInt(48));
        }
        sizes.add(1);
        return sizes;
    }

    /** Within a millionth of each, and exactly 0 where that is 0. */
    private static void assertClose(double[] expected, double[] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-6 * Math.abs(expected[i]), what + " at " + i);
        }
    }

    private static List<float[]> states(int count, int width, Random random) {
        List<float[]> states = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            float[] state = new float[width];
            for (int i = 0; i < width; i++) {
                state[i] = (float) random.nextGaussian();
            }
            states.add(state);
        }
        return states;
    }

    @Test
    void shouldBeginTheSameForTheSameSeed() {
        assertArrayEquals(
                Critic.initial(List.of(3, 2, 1), 9).weights(),
                Critic.initial(List.of(3, 2, 1), 9).weights());
    }

    @Test
    void shouldRefuseWeightsThatDoNotFitItsSizes() {
        assertThrows(IllegalArgumentException.class, () -> Critic.of(List.of(3, 2, 1), new float[7]));
    }

    @Test
    void shouldRefuseSizesThatMakeMoreWeightsThanCanBeHeld() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> Critic.initial(List.of(65_536, 65_536, 1), 1))
                .getMessage();

        assertTrue(message.contains("must have at most 400000000 weights, got: 4295032832"), message);
    }
}
