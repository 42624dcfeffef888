package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChiSquareTest {

    private static final double[] DISTRIBUTION = {0.3, 0, 0.5, 0.19, 0.009, 0.001};

    @Test
    void shouldHaveTheCriticalValuesOfTables() {
        // At few degrees of freedom it errs to the mild side.
        assertEquals(18.42, ChiSquare.critical(2), 1);
        assertEquals(35.56, ChiSquare.critical(10), 0.5);
        assertEquals(161.32, ChiSquare.critical(100), 0.5);
    }

    @Test
    void shouldAcceptTheTrueDistribution() {
        ChiSquare.assertDrawnFrom(DISTRIBUTION, draws(DISTRIBUTION), "the truth");
    }

    @Test
    void shouldRefuseAnotherDistributionEvenInTheTail() {
        assertRefused(draws(new double[] {0.32, 0, 0.48, 0.19, 0.009, 0.001}));
        assertRefused(draws(new double[] {0.3, 0, 0.5, 0.19, 0.005, 0.005}));
    }

    @Test
    void shouldRefuseAnOutcomeThatCannotBe() {
        int[] counts = draws(DISTRIBUTION);
        counts[1] = 1;

        assertRefused(counts);
    }

    private static void assertRefused(int[] counts) {
        assertThrows(AssertionError.class, () -> ChiSquare.assertDrawnFrom(DISTRIBUTION, counts, "a lie"));
    }

    private static int[] draws(double[] from) {
        SplittableRandom random = new SplittableRandom(1);
        int[] counts = new int[from.length];
        for (int i = 0; i < 20_000; i++) {
            double level = random.nextDouble();
            int outcome = 0;
            while (level >= from[outcome]) {
                level -= from[outcome++];
            }
            counts[outcome]++;
        }
        return counts;
    }
}
