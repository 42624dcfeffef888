package io.marft.experiment.declare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void shouldTickRoundNumbers() {
        assertEquals(
                List.of(20.0, 30.0, 40.0, 50.0, 60.0, 70.0),
                Axis.over(new double[] {24, 66}, 0, 100).ticks());
        assertEquals(
                List.of(0.0, 50_000.0, 100_000.0, 150_000.0, 200_000.0, 250_000.0, 300_000.0),
                Axis.over(new double[] {0, 251_000}, 0, 1e9).ticks());
        assertEquals("250k", Axis.label(250_000));
        assertEquals("1.5M", Axis.label(1_500_000));
        assertEquals("60", Axis.label(60));
    }

    @Test
    void shouldHoldAllValuesBetweenFewTicks() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 1000; i++) {
            double[] values = random.doubles(1 + i % 5, 0, 100).toArray();

            Axis axis = Axis.over(values, 0, 100);

            assertTrue(axis.ticks().size() >= 2 && axis.ticks().size() <= 8, axis.toString());
            for (double value : values) {
                assertTrue(axis.share(value) >= 0 && axis.share(value) <= 1, axis + " does not hold " + value);
            }
        }
        Axis full = Axis.over(new double[] {100, 100}, 0, 100);
        assertEquals(1, full.share(100));
    }
}
