package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Pearson's test of whether counts come from a distribution. Outcomes of few expected counts are merged with their
 * neighbours in the order of probability, so that the statistic is near its limiting distribution and the tail counts too.
 */
final class ChiSquare {

    /** Of the normal distribution: a true distribution fails one test in 10,000. Seeds are fixed, so none fails by chance. */
    private static final double DEVIATIONS = 3.719;

    private static final double FEWEST = 5;

    private ChiSquare() {}

    /** Fails if the counts are unlikely, or if an outcome of probability zero was counted. */
    static void assertDrawnFrom(double[] probabilities, int[] counts, String what) {
        assertEquals(probabilities.length, counts.length, what);
        int draws = Arrays.stream(counts).sum();
        double statistic = 0;
        int cells = 0;
        double expected = 0;
        int counted = 0;
        double left = 1;
        for (int outcome : byProbability(probabilities)) {
            if (probabilities[outcome] == 0) {
                assertEquals(0, counts[outcome], what + " can never give " + outcome + ", but did");
                continue;
            }
            expected += probabilities[outcome] * draws;
            counted += counts[outcome];
            left -= probabilities[outcome];
            if (expected >= FEWEST && (left * draws >= FEWEST || left < 1e-9)) {
                statistic += Math.pow(counted - expected, 2) / expected;
                cells++;
                expected = 0;
                counted = 0;
            }
        }
        assertTrue(cells > 1, what + " has too few draws to judge: " + draws);
        double critical = critical(cells - 1);
        assertTrue(statistic < critical, what + ": chi square " + statistic + " of " + cells + " cells > " + critical);
    }

    /** What chi square of some degrees of freedom exceeds once in 10,000 times (Wilson and Hilferty's approximation). */
    static double critical(int freedom) {
        double variance = 2.0 / (9 * freedom);
        return freedom * Math.pow(1 - variance + DEVIATIONS * Math.sqrt(variance), 3);
    }

    private static int[] byProbability(double[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -probabilities[i]))
                .mapToInt(i -> i)
                .toArray();
    }
}
