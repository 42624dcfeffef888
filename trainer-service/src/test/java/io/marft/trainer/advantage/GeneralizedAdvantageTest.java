package io.marft.trainer.advantage;

import static io.marft.trainer.Matrices.assertClose;
import static io.marft.trainer.Matrices.column;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class GeneralizedAdvantageTest {

    private static final double EXACT = 1e-12;

    private static GeneralizedAdvantage estimator(double gamma, double lambda, double tokenGamma) {
        return new GeneralizedAdvantage(gamma, lambda, tokenGamma, Normalization.NONE);
    }

    /** The hand-checkable case of docs/marft.md: one step, two agents, terminal. */
    @Test
    void shouldCreditTwoAgentsOfOneStepAsWorkedByHand() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(0.99, 0.95, 1).estimate(new double[] {0, 1}, column(0.5, 0.4));

        assertClose(column(-0.104 + 0.9405 * 0.6, 0.6), estimate.advantages(), EXACT);
        assertClose(column(0.9603, 1.0), estimate.returns(), EXACT);
    }

    /**
     * The same with two tokens an action, and values that rise within it. Backwards: 1 − 0.7 = 0.3;
     * (0.7 − 0.4) + 0.95·0.3 = 0.585; (0.99·0.4 − 0.45) + 0.9405·0.585 = 0.4961925;
     * (0.45 − 0.5) + 0.95·0.4961925 = 0.421382875.
     */
    @Test
    void shouldCreditTheTokensOfTwoAgentsAsWorkedByHand() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(0.99, 0.95, 1).estimate(new double[] {0, 1}, new double[][] {{0.5, 0.45}, {0.4, 0.7}});

        assertClose(new double[][] {{0.421382875, 0.4961925}, {0.585, 0.3}}, estimate.advantages(), EXACT);
        assertClose(new double[][] {{0.921382875, 0.9461925}, {0.985, 1.0}}, estimate.returns(), EXACT);
    }

    /** Inside an action by γ_token = ¼, from action to action by γ = ½. */
    @Test
    void shouldDiscountTokensByTheirOwnGamma() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(0.5, 1, 0.25).estimate(new double[] {0, 16}, new double[][] {{0, 0}, {0, 0, 0}});

        assertClose(new double[][] {{0.125, 0.5}, {1, 4, 16}}, estimate.advantages(), EXACT);
    }

    @Test
    void shouldLoseNothingInsideAnActionByDefault() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(0.99, 1, 1).estimate(new double[] {1}, new double[][] {new double[512]});

        assertEquals(1, estimate.advantages()[0][0], EXACT);
    }

    /** γ_token is without effect at action level. */
    @Test
    void shouldHaveOneUnitOfAnActionWhateverTheTokensGamma() {
        double[] rewards = {0.5, 0, 2};
        double[][] values = column(1, 2, -1);

        assertClose(
                estimator(0.9, 0.8, 1).estimate(rewards, values).advantages(),
                estimator(0.9, 0.8, 0).estimate(rewards, values).advantages(),
                0);
    }

    @Test
    void shouldCarryALaterStepsRewardBackOverTheStepBoundary() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(0.5, 1, 1).estimate(new double[] {0, 0, 0, 8}, column(0, 0, 0, 0));

        assertClose(column(1, 2, 4, 8), estimate.advantages(), EXACT);
    }

    /** With λ = 1 and γ = 1 a decision's return is the sum of the rewards from it on, whatever the values are. */
    @Test
    void shouldReturnRewardsToGoWithoutDiscount() {
        GeneralizedAdvantage.Estimate estimate =
                estimator(1, 1, 1).estimate(new double[] {1, 2, 3}, new double[][] {{7, 0.5}, {-5}, {0.25, 9, 3}});

        assertClose(new double[][] {{6, 6}, {5}, {3, 3, 3}}, estimate.returns(), EXACT);
    }

    @Test
    void shouldRefuseADiscountAboveOne() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> estimator(1.5, 0.95, 1));

        assertEquals("gamma must be in 0 to 1, got: 1.5", refused.getMessage());
    }
}
