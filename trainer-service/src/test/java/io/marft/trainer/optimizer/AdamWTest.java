package io.marft.trainer.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class AdamWTest {

    @Test
    void shouldTakeAFirstStepOfTheLearningRateAgainstTheGradientsSign() {
        AdamW.Step step =
                new AdamW(0.1, 0.9, 0.999, 1e-5, 0).step(new float[] {1, 1}, new float[] {3, -0.5f}, Moments.zero(2));

        assertArrayEquals(new float[] {0.9f, 1.1f}, step.weights(), 1e-5f);
        assertArrayEquals(new float[] {0.3f, -0.05f}, step.moments().first(), 1e-7f);
        assertArrayEquals(new float[] {0.009f, 0.00025f}, step.moments().second(), 1e-7f);
        assertEquals(1, step.moments().steps());
    }

    @Test
    void shouldFollowTwoStepsWorkedByHand() {
        AdamW adam = new AdamW(0.1, 0.5, 0.5, 1e-12, 0);
        AdamW.Step first = adam.step(new float[] {0}, new float[] {1}, Moments.zero(1));
        AdamW.Step second = adam.step(first.weights(), new float[] {-1}, first.moments());

        // m = 0.5·0.5 − 0.5 = −0.25, corrected by 0.75: −1/3; v = 0.25 + 0.5 = 0.75, corrected: 1.
        assertEquals(-0.1 + 0.1 / 3, second.weights()[0], 1e-7);
    }

    @Test
    void shouldDecayWeightsApartFromTheGradient() {
        AdamW.Step step = new AdamW(0.1, 0.9, 0.999, 1e-5, 0.5).step(new float[] {2}, new float[] {0}, Moments.zero(1));

        assertEquals(2 * (1 - 0.1 * 0.5), step.weights()[0], 1e-6);
    }

    @Test
    void shouldScaleALongGradientDownToTheLimitAndLeaveAShortOne() {
        assertEquals(5, AdamW.norm(new float[] {3, 4}), 1e-12);
        assertArrayEquals(new float[] {0.3f, 0.4f}, AdamW.clipped(new float[] {3, 4}, 0.5), 1e-7f);
        assertArrayEquals(new float[] {0.1f, 0.2f}, AdamW.clipped(new float[] {0.1f, 0.2f}, 0.5), 0);
    }
}
