package io.marft.trainer.critic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CriticTest {

    @Test
    void shouldValueAStateAsWorkedByHand() {
        Critic critic = Critic.of(List.of(2, 2, 1), new float[] {1, 2, -1, 1, 3, 5});

        // Hidden: 1·4 + 2·1 = 6 and max(0, −4 + 1) = 0; value 3·6.
        assertEquals(18, critic.value(new float[] {4, 1}));
        assertArrayEquals(
                new float[] {12, 3, 0, 0, 6, 0},
                critic.evaluate(List.of(new float[] {4, 1})).gradient(new double[] {1}));
    }

    @Test
    void shouldHaveTheGradientThatFiniteDifferencesGive() {
        Critic critic = Critic.initial(List.of(5, 7, 4, 1), 11);
        Random random = new Random(5);
        List<float[]> states = List.of(state(random), state(random), state(random));
        double[] byValue = {0.5, -2, 1.25};
        float[] gradient = critic.evaluate(states).gradient(byValue);

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

    private static float[] state(Random random) {
        float[] state = new float[5];
        for (int i = 0; i < state.length; i++) {
            state[i] = (float) random.nextGaussian();
        }
        return state;
    }

    private static double weighted(Critic critic, List<float[]> states, double[] byValue) {
        double sum = 0;
        for (int k = 0; k < byValue.length; k++) {
            sum += byValue[k] * critic.value(states.get(k));
        }
        return sum;
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
}
