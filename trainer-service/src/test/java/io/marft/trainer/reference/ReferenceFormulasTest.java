package io.marft.trainer.reference;

import static io.marft.trainer.reference.ReferenceGoldens.cube;
import static io.marft.trainer.reference.ReferenceGoldens.matrix;
import static io.marft.trainer.reference.ReferenceGoldens.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference's formulas against numpy's numbers and against numbers worked by hand. */
final class ReferenceFormulasTest {

    private static final double GOLDEN = 1e-6;
    private static final double EXACT = 1e-12;

    private static final ReferenceGoldens GOLDENS = ReferenceGoldens.read();

    private static Stream<JsonNode> rollouts() {
        return GOLDENS.cases("rollouts");
    }

    private static Stream<JsonNode> normalisations() {
        return GOLDENS.cases("normalisations");
    }

    private static Stream<JsonNode> ratios() {
        return GOLDENS.cases("ratios");
    }

    private static Stream<JsonNode> policyLosses() {
        return GOLDENS.cases("policyLosses");
    }

    private static Stream<JsonNode> valueLosses() {
        return GOLDENS.cases("valueLosses");
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void shouldCreditActionsAndTokensAsNumpyDoes(JsonNode rollout) {
        for (String level : List.of("action", "token")) {
            JsonNode expected = rollout.get(level);
            ReferenceAdvantage.Estimate estimate = ReferenceAdvantage.of(
                    matrix(rollout.get("rewards")),
                    cube(expected.get("values")),
                    vector(rollout.get("masks")),
                    rollout.get("gamma").doubleValue(),
                    rollout.get("lambda").doubleValue());

            assertCubes(cube(expected.get("advantages")), estimate.advantages(), level);
            assertCubes(cube(expected.get("returns")), estimate.returns(), level);
        }
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void shouldLayEpisodesIntoTheBufferAsNumpyDoes(JsonNode rollout) {
        double[][] rewards = matrix(rollout.get("rewards"));
        double[] masks = vector(rollout.get("masks"));
        if (!rollout.get("closed").booleanValue()) {
            masks[masks.length - 1] = 0; // the buffer closes every episode
        }
        int agents = rewards[0].length;
        double[] lengths = vector(rollout.get("episodes"));
        double[][] episodes = new double[lengths.length][];
        int t = 0;
        for (int e = 0; e < lengths.length; e++) {
            episodes[e] = IntStream.range(t, t + (int) lengths[e])
                    .mapToDouble(step -> rewards[step][agents - 1])
                    .toArray();
            t += episodes[e].length;
        }

        ReferenceBuffer buffer = ReferenceBuffer.of(episodes, agents);

        assertArrayEquals(rewards, buffer.rewards());
        assertArrayEquals(masks, buffer.masks());
    }

    @ParameterizedTest
    @MethodSource("normalisations")
    void shouldNormaliseAsNumpyDoes(JsonNode expected) {
        double[] advantages = vector(expected.get("advantages"));

        double[] normalised = ReferenceNormalisation.over(advantages).of(advantages);

        assertArrayEquals(vector(expected.get("normalised")), normalised, GOLDEN);
    }

    @ParameterizedTest
    @MethodSource("ratios")
    void shouldMeasureDivergenceOfActionsAsNumpyDoes(JsonNode expected) {
        double[] old = vector(expected.get("oldLogProbs"));
        for (String mode : List.of("sum", "token", "word")) {
            int divisor = mode.equals("sum")
                    ? 1
                    : mode.equals("token") ? old.length : expected.get("words").intValue();
            double[] oldLogProb = {
                IntStream.range(0, old.length).mapToDouble(i -> old[i]).sum() / divisor
            };
            double[] logProb = {expected.get(mode).get("logProb").doubleValue()};

            ReferencePolicyLoss.Slope slope = policyLoss().evaluate(logProb, oldLogProb, new double[1], new double[1]);

            assertEquals(expected.get(mode).get("approxKl").doubleValue(), slope.approxKl(), GOLDEN, mode);
        }
    }

    @ParameterizedTest
    @MethodSource("policyLosses")
    void shouldHaveNumpysPolicyLossAndSlope(JsonNode expected) {
        ReferencePolicyLoss.Slope slope = policyLoss()
                .evaluate(
                        vector(expected.get("logProbs")),
                        vector(expected.get("oldLogProbs")),
                        vector(expected.get("advantages")),
                        vector(expected.get("entropies")));

        assertEquals(expected.get("loss").doubleValue(), slope.loss(), GOLDEN);
        assertEquals(expected.get("approxKl").doubleValue(), slope.approxKl(), 1e-12);
        assertEquals(expected.get("clipFraction").doubleValue(), slope.clipFraction(), GOLDEN);
        assertArrayEquals(vector(expected.get("byLogProb")), slope.byLogProb(), GOLDEN);
        assertArrayEquals(vector(expected.get("byEntropy")), slope.byEntropy(), GOLDEN);
    }

    @ParameterizedTest
    @MethodSource("valueLosses")
    void shouldHaveNumpysValueLossAndSlope(JsonNode expected) {
        ReferenceValueLoss.Slope slope = new ReferenceValueLoss(1, GOLDENS.number("clip"), GOLDENS.number("huber"))
                .evaluate(
                        vector(expected.get("values")),
                        vector(expected.get("oldValues")),
                        vector(expected.get("returns")));

        assertEquals(expected.get("loss").doubleValue(), slope.loss(), GOLDEN);
        assertArrayEquals(vector(expected.get("byValue")), slope.byValue(), GOLDEN);
    }

    /** docs/marft.md's hand-checkable case: in the buffer's first episode nothing is wrong at action level. */
    @Test
    void shouldCreditTheFirstEpisodeAsWorkedByHand() {
        ReferenceAdvantage.Estimate estimate = ReferenceAdvantage.of(
                new double[][] {{0, 1}}, new double[][][] {{{0.5}, {0.4}}, {{7}}}, new double[] {1, 0}, 0.99, 0.95);

        assertCubes(new double[][][] {{{-0.104 + 0.9405 * 0.6}, {0.6}}}, estimate.advantages(), "advantages");
        assertCubes(new double[][][] {{{0.9603}, {1.0}}}, estimate.returns(), "returns");
    }

    /**
     * The fault: episode 2's first two agents get r − V, −0.5 and −0.4, though its reward is 1. By itself that episode's
     * advantages would be those of the case above, with a third agent.
     */
    @Test
    void shouldLeaveAllButTheLastAgentWithoutCreditAfterAnEpisodesEnd() {
        ReferenceBuffer buffer = ReferenceBuffer.of(new double[][] {{0}, {1, 1}}, 3);
        double[][][] values = {{{0}, {0}, {0}}, {{0.5}, {0.4}, {0.25}}, {{2}, {4}, {8}}, {{0}, {0}, {0}}};

        ReferenceAdvantage.Estimate estimate = ReferenceAdvantage.of(buffer.rewards(), values, buffer.masks(), 0.5, 1);

        // Step 3: A = 1 − 8; 0.5·8 − 4 − 0.5·7; 0.5·4 − 2 − 0.5·3.5. Step 2's last agent: 1 + 0.5·2 − 0.25 − 0.5·1.75.
        double[][][] advantages = {{{0}, {0}, {0}}, {{-0.5}, {-0.4}, {0.875}}, {{-1.75}, {-3.5}, {-7}}};
        assertCubes(advantages, estimate.advantages(), "advantages");
    }

    @Test
    void shouldDiscountInsideAnActionByGammaAsWorkedByHand() {
        ReferenceAdvantage.Estimate estimate = ReferenceAdvantage.of(
                new double[][] {{0, 8}}, new double[][][] {{{0, 0}, {0, 0}}, {{0}}}, new double[] {1, 0}, 0.5, 1);

        assertCubes(new double[][][] {{{1, 2}, {4, 8}}}, estimate.advantages(), "advantages");
    }

    /** The numbers other than 0 have mean 4 and deviation 2. */
    @Test
    void shouldLeaveZerosOutOfTheStatisticsButShiftThem() {
        double[] advantages = {2, 0, 6, 0, 2, 6};

        ReferenceNormalisation normalisation = ReferenceNormalisation.over(advantages);

        assertEquals(new ReferenceNormalisation(4, 2), normalisation);
        assertArrayEquals(new double[] {-1, -2, 1, -2, -1, 1}, normalisation.of(advantages), 1e-7);
    }

    @Test
    void shouldKeepAdvantagesThatAreAllZero() {
        assertArrayEquals(
                new double[3], ReferenceNormalisation.over(new double[3]).of(new double[3]));
    }

    /** Ratios 2 and ½ against advantages 3 and −3: clipped at 1.2 and at 0.8, whose losses are −3.6 and 2.4. */
    @Test
    void shouldClipRatiosAsWorkedByHand() {
        double two = Math.log(2);

        ReferencePolicyLoss.Slope slope = policyLoss()
                .evaluate(new double[] {0, -two}, new double[] {-two, 0}, new double[] {3, -3}, new double[] {1, 3});

        assertEquals((-3.6 + 2.4) / 2 - 0.01 * 2, slope.loss(), EXACT);
        assertEquals((2 - 1 - two + 0.5 - 1 + two) / 2, slope.approxKl(), EXACT);
        assertEquals(1, slope.clipFraction(), EXACT);
        assertArrayEquals(new double[] {0, 0}, slope.byLogProb(), EXACT);
    }

    /** Against the other signs nothing is clipped: losses 6 and −1.5, and so are the slopes. */
    @Test
    void shouldNotClipRatiosThatMoveTheWrongWay() {
        double two = Math.log(2);

        ReferencePolicyLoss.Slope slope = policyLoss()
                .evaluate(new double[] {0, -two}, new double[] {-two, 0}, new double[] {-3, 3}, new double[2]);

        assertEquals((6 - 1.5) / 2, slope.loss(), EXACT);
        assertArrayEquals(new double[] {3, -0.75}, slope.byLogProb(), EXACT);
    }

    /** For ρ = e^0.05 the approximate KL is 0.00127, for e^0.04 it is 0.00081: on both sides of 0.001. */
    @Test
    void shouldSkipTheStepAboveTheTargetOnly() {
        double[] none = {0};

        assertTrue(policyLoss()
                .evaluate(new double[] {-1}, new double[] {-1.05}, none, none)
                .skipped());
        assertFalse(policyLoss()
                .evaluate(new double[] {-1}, new double[] {-1.04}, none, none)
                .skipped());
    }

    @Test
    void shouldAverageAnActionsEntropy() {
        assertEquals(2, ReferencePolicyLoss.actionEntropy(new double[] {1, 2, 3}), EXACT);
    }

    /** δ = 2: errors 1, 3, −1 and −3 cost ½, 2·(3 − 1), ½ and nothing. */
    @Test
    void shouldCostNothingToOvershootByMoreThanDelta() {
        double[] values = {0, 0, 0, 0};

        ReferenceValueLoss.Slope slope =
                new ReferenceValueLoss(1, 0.2, 2).evaluate(values, values, new double[] {1, 3, -1, -3});

        assertEquals((0.5 + 4 + 0.5 + 0) / 4, slope.loss(), EXACT);
        assertArrayEquals(new double[] {-0.25, -0.5, 0.25, 0}, slope.byValue(), EXACT);
    }

    /** V moved from 0 to 1, towards R = 1: the clipped error 0.8 is the larger, and flat. Away from it, it is not. */
    @Test
    void shouldTakeTheLargerOfClippedAndUnclippedError() {
        ReferenceValueLoss loss = new ReferenceValueLoss(1, 0.2, 10);

        ReferenceValueLoss.Slope towards = loss.evaluate(new double[] {1}, new double[] {0}, new double[] {1});
        ReferenceValueLoss.Slope away = loss.evaluate(new double[] {1}, new double[] {0}, new double[] {-1});

        assertEquals(0.32, towards.loss(), EXACT);
        assertArrayEquals(new double[] {0}, towards.byValue(), EXACT);
        assertEquals(2, away.loss(), EXACT);
        assertArrayEquals(new double[] {2}, away.byValue(), EXACT);
    }

    @Test
    void shouldRefuseMasksThatDoNotFit() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> ReferenceAdvantage.of(
                        new double[][] {{1}}, new double[][][] {{{0}}, {{0}}}, new double[] {1}, 0.99, 0.95));

        assertEquals("masks must be one more than the steps, got: 1", refused.getMessage());
    }

    private static ReferencePolicyLoss policyLoss() {
        return new ReferencePolicyLoss(
                GOLDENS.number("clip"), GOLDENS.number("entropyCoefficient"), ReferencePolicyLoss.ACTION_TARGET_KL);
    }

    private static void assertCubes(double[][][] expected, double[][][] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int t = 0; t < expected.length; t++) {
            assertEquals(expected[t].length, actual[t].length, what);
            for (int a = 0; a < expected[t].length; a++) {
                assertArrayEquals(expected[t][a], actual[t][a], GOLDEN, what + " of step " + t + ", agent " + a);
            }
        }
    }
}
