package io.marft.trainer.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ValueObjectiveTest {

    private static final double EXACT = 1e-12;
    private static final ValueObjective OBJECTIVE = new ValueObjective(1, 0.2, 10);

    private static ValueObjective.Slope evaluate(double value, double old, double returned) {
        return OBJECTIVE.evaluate(new double[] {value}, new double[] {old}, new double[] {returned});
    }

    @Test
    void shouldBeHalfTheSquareOfASmallError() {
        ValueObjective.Slope slope = evaluate(0.6, 0.5, 1);

        assertEquals(0.08, slope.loss(), EXACT);
        assertEquals(-0.4, slope.byValue()[0], EXACT);
    }

    /** The reference's Huber loss is zero for errors below −δ; this one is the same on both sides. */
    @Test
    void shouldGrowLinearlyBeyondDeltaOnBothSides() {
        assertEquals(10 * (15 - 5), evaluate(15, 15, 0).loss(), EXACT);
        assertEquals(10 * (15 - 5), evaluate(-15, -15, 0).loss(), EXACT);
        assertEquals(-10, evaluate(-15, -15, 0).byValue()[0], EXACT);
    }

    @Test
    void shouldBeFlatWhereTheValueHasMovedTowardsTheReturnBeyondTheClip() {
        ValueObjective.Slope slope = evaluate(0.9, 0.5, 1);

        assertEquals(0.3 * 0.3 / 2, slope.loss(), EXACT);
        assertEquals(0, slope.byValue()[0], EXACT);
    }

    @Test
    void shouldPullBackAValueThatHasMovedAway() {
        assertEquals(-0.9, evaluate(0.1, 0.5, 1).byValue()[0], EXACT);
    }

    @Test
    void shouldHaveTheDerivativesThatFiniteDifferencesGive() {
        Random random = new Random(3);
        double[] values = random.doubles(40, -20, 20).toArray();
        double[] old = random.doubles(40, -0.4, 0.4).toArray();
        double[] returns = random.doubles(40, -20, 20).toArray();
        for (int k = 0; k < values.length; k++) {
            old[k] += values[k];
        }
        double[] slope = OBJECTIVE.evaluate(values, old, returns).byValue();
        for (int k = 0; k < values.length; k++) {
            double kept = values[k];
            values[k] = kept + 1e-6;
            double above = OBJECTIVE.evaluate(values, old, returns).loss();
            values[k] = kept - 1e-6;
            double below = OBJECTIVE.evaluate(values, old, returns).loss();
            values[k] = kept;
            assertEquals((above - below) / 2e-6, slope[k], 1e-6);
        }
    }
}
