package io.marft.trainer.advantage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class GeneralizedAdvantageTest {

    private static final double EXACT = 1e-12;

    /** The hand-checkable case of MARFT.md: one step, two agents, terminal. */
    @Test
    void shouldCreditTwoAgentsOfOneStepAsWorkedByHand() {
        GeneralizedAdvantage.Estimate estimate =
                new GeneralizedAdvantage(0.99, 0.95).terminal(new double[] {0, 1}, new double[] {0.5, 0.4});

        assertArrayEquals(new double[] {-0.104 + 0.9405 * 0.6, 0.6}, estimate.advantages(), EXACT);
        assertArrayEquals(new double[] {0.9603, 1.0}, estimate.returns(), EXACT);
    }

    @Test
    void shouldBootstrapAnEpisodeThatWasCutOff() {
        GeneralizedAdvantage.Estimate estimate =
                new GeneralizedAdvantage(0.5, 1).truncated(new double[] {0, 1}, new double[] {2, 4}, 8);

        // δ(2) = 1 + 0.5·8 − 4 = 1; δ(1) = 0 + 0.5·4 − 2 = 0; A(1) = 0 + 0.5·1.
        assertArrayEquals(new double[] {0.5, 1}, estimate.advantages(), EXACT);
        assertArrayEquals(new double[] {2.5, 5}, estimate.returns(), EXACT);
    }

    @Test
    void shouldCarryALaterStepsRewardBackOverTheStepBoundary() {
        GeneralizedAdvantage.Estimate estimate =
                new GeneralizedAdvantage(0.5, 1).terminal(new double[] {0, 0, 0, 8}, new double[] {0, 0, 0, 0});

        assertArrayEquals(new double[] {1, 2, 4, 8}, estimate.advantages(), EXACT);
    }

    /** With λ = 1 and γ = 1 a decision's return is the sum of the rewards from it on, whatever the values are. */
    @Test
    void shouldReturnRewardsToGoWithoutDiscount() {
        GeneralizedAdvantage.Estimate estimate =
                new GeneralizedAdvantage(1, 1).terminal(new double[] {1, 2, 3}, new double[] {7, -5, 0.25});

        assertArrayEquals(new double[] {6, 5, 3}, estimate.returns(), EXACT);
    }

    @Test
    void shouldRefuseADiscountAboveOne() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new GeneralizedAdvantage(1.5, 0.95));

        assertEquals("gamma must be in 0 to 1, got: 1.5", refused.getMessage());
    }

    @Test
    void shouldStandardiseToMeanZeroAndDeviationOne() {
        assertArrayEquals(new double[] {-1, 1, -1, 1}, Standardisation.of(new double[] {2, 6, 2, 6}), 1e-6);
    }

    @Test
    void shouldStandardiseEqualAdvantagesToZero() {
        assertArrayEquals(new double[] {0, 0, 0}, Standardisation.of(new double[] {3, 3, 3}), EXACT);
    }
}
