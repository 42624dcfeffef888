package io.marft.trainer.reference;

import static io.marft.trainer.Matrices.assertClose;
import static io.marft.trainer.Matrices.column;
import static io.marft.trainer.reference.ReferenceGoldens.cube;
import static io.marft.trainer.reference.ReferenceGoldens.matrix;
import static io.marft.trainer.reference.ReferenceGoldens.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.advantage.Normalization;
import io.marft.trainer.objective.ActionLogProbability;
import io.marft.trainer.objective.ActionTerm;
import io.marft.trainer.objective.Level;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.objective.ValueObjective;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Numpy's numbers against this project's own classes, where the reference's formulas and MARFT's are the same; and that
 * they are not where the reference is at fault.
 */
final class SharedFormulasTest {

    private static final double GOLDEN = 1e-6;

    /**
     * Log-probabilities and entropies are float32 here: −7 is off by 2.4e-7, times an advantage of 3. The goldens are
     * rounded to 12 digits.
     */
    private static final double SINGLE = 2e-6;

    private static final ReferenceGoldens GOLDENS = ReferenceGoldens.read();

    /** One episode: of one step, and of three. None that we learn from has an open end. */
    private static Stream<JsonNode> singleEpisodes() {
        return GOLDENS.cases("rollouts")
                .filter(rollout -> rollout.get("episodes").size() == 1)
                .filter(rollout -> rollout.get("closed").booleanValue());
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

    private static Stream<JsonNode> soundValueLosses() {
        return GOLDENS.cases("valueLosses")
                .filter(values -> values.get("errorsBelow").intValue() == 0);
    }

    @Test
    void shouldHaveCasesOfEachKind() {
        assertEquals(2, singleEpisodes().count());
        assertEquals(3, soundValueLosses().count());
    }

    /** At token level with γ_token = γ, as the reference has it. */
    @ParameterizedTest
    @MethodSource("singleEpisodes")
    void shouldCreditASingleEpisodeAsTheReferenceDoes(JsonNode rollout) {
        for (String level : List.of("action", "token")) {
            GeneralizedAdvantage.Estimate estimate = estimate(rollout, level);

            JsonNode expected = rollout.get(level);
            assertClose(flat(cube(expected.get("advantages"))), estimate.advantages(), GOLDEN, level);
            assertClose(flat(cube(expected.get("returns"))), estimate.returns(), GOLDEN, level);
        }
    }

    private static GeneralizedAdvantage.Estimate estimate(JsonNode rollout, String level) {
        int steps = rollout.get("rewards").size();
        double gamma = rollout.get("gamma").doubleValue();
        double[] rewards = Arrays.stream(matrix(rollout.get("rewards")))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        double[][][] values = cube(rollout.get(level).get("values"));
        double[][] own = flat(Arrays.copyOf(values, steps));
        GeneralizedAdvantage production =
                new GeneralizedAdvantage(gamma, rollout.get("lambda").doubleValue(), gamma, Normalization.NONE);
        return production.estimate(rewards, own);
    }

    private static double[][] flat(double[][][] steps) {
        return Arrays.stream(steps).flatMap(Arrays::stream).toArray(double[][]::new);
    }

    /** A buffer's second episode, steps 1 to 3: the reference credits its first agent with −V, whatever came of it. */
    @Test
    void shouldNotCreditALaterEpisodeAsTheReferenceDoes() {
        JsonNode rollout = GOLDENS.cases("rollouts")
                .filter(one -> one.get("name").textValue().equals("several episodes"))
                .findFirst()
                .orElseThrow();
        double[][][] values = Arrays.copyOfRange(cube(rollout.get("action").get("values")), 1, 4);
        double[][][] reference = Arrays.copyOfRange(cube(rollout.get("action").get("advantages")), 1, 4);
        double[] rewards = Arrays.stream(matrix(rollout.get("rewards")), 1, 4)
                .flatMapToDouble(Arrays::stream)
                .toArray();

        double[][] advantages = new GeneralizedAdvantage(0.99, 0.95, 1, Normalization.NONE)
                .estimate(rewards, flat(values))
                .advantages();

        assertEquals(-values[0][0][0], reference[0][0][0], GOLDEN);
        assertTrue(Math.abs(advantages[0][0] - reference[0][0][0]) > 1000 * GOLDEN);
        // From the first step's last agent on they are the same.
        assertEquals(reference[0][1][0], advantages[1][0], GOLDEN);
        assertEquals(reference[2][0][0], advantages[4][0], GOLDEN);
    }

    /** Both add 1e-8 to the deviation. */
    @ParameterizedTest
    @MethodSource("normalisations")
    void shouldNormaliseJointlyAsTheReferenceDoes(JsonNode expected) {
        double[] advantages = vector(expected.get("advantages"));

        double[][] normalised =
                Normalization.JOINT.of(column(advantages), Collections.nCopies(advantages.length, "any"));

        assertClose(column(vector(expected.get("normalised"))), normalised, GOLDEN);
    }

    /** A surrogate of advantage −1 is ρ where ρ is not below 1 − ε; the clipped ratio is what corrects later agents. */
    @ParameterizedTest
    @MethodSource("ratios")
    void shouldMakeRatiosOfActionsAsTheReferenceDoes(JsonNode expected) {
        float[] old = floats(expected.get("oldLogProbs"));
        float[] now = floats(expected.get("logProbs"));
        ActionTerm bad = new ActionTerm(
                new double[] {-1}, old, old, now, expected.get("words").intValue());
        for (ActionLogProbability mode : ActionLogProbability.values()) {
            JsonNode golden = expected.get(mode.name().toLowerCase(Locale.ROOT));
            PolicyObjective objective = new PolicyObjective(mode, GOLDENS.number("clip"), 0, 0, 5);

            PolicyObjective.Slope slope = objective.evaluate(
                    Level.ACTION, List.of(bad), new float[][] {now}, new float[][] {new float[now.length]}, 1);

            assertEquals(golden.get("ratio").doubleValue(), slope.diagnostics().loss(), SINGLE, mode.name());
            assertEquals(
                    golden.get("approxKl").doubleValue(), slope.diagnostics().meanApproxKl(), SINGLE, mode.name());
            assertEquals(
                    golden.get("clipped").doubleValue(),
                    objective.clippedRatio(Level.ACTION, bad, now),
                    SINGLE,
                    mode.name());
        }
    }

    /** At token level with fresh data and β = 0; one action's tokens are the reference's units. */
    @ParameterizedTest
    @MethodSource("policyLosses")
    void shouldHaveTheReferencesPolicyLossAndSlope(JsonNode expected) {
        float[] old = floats(expected.get("oldLogProbs"));
        float[] now = floats(expected.get("logProbs"));
        ActionTerm action = new ActionTerm(vector(expected.get("advantages")), old, old, now, 1);
        PolicyObjective objective = new PolicyObjective(
                ActionLogProbability.SUM, GOLDENS.number("clip"), GOLDENS.number("entropyCoefficient"), 0, 5);

        PolicyObjective.Slope slope = objective.evaluate(
                Level.TOKEN,
                List.of(action),
                new float[][] {now},
                new float[][] {floats(expected.get("entropies"))},
                now.length);

        double units = now.length;
        assertEquals(expected.get("loss").doubleValue(), slope.diagnostics().loss() / units, SINGLE);
        assertEquals(expected.get("approxKl").doubleValue(), slope.diagnostics().meanApproxKl(), SINGLE);
        assertEquals(
                expected.get("clipFraction").doubleValue(), slope.diagnostics().clipped() / units, GOLDEN);
        assertArrayEquals(floats(expected.get("byLogProb")), slope.byLogProb()[0], (float) SINGLE);
        assertArrayEquals(floats(expected.get("byEntropy")), slope.byEntropy()[0], (float) SINGLE);
    }

    private static float[] floats(JsonNode array) {
        double[] doubles = vector(array);
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    @ParameterizedTest
    @MethodSource("soundValueLosses")
    void shouldHaveTheReferencesValueLossWhereNoErrorIsBelowMinusDelta(JsonNode expected) {
        ValueObjective.Slope slope = valueLoss(expected);

        assertEquals(expected.get("loss").doubleValue(), slope.loss(), GOLDEN);
        assertArrayEquals(vector(expected.get("byValue")), slope.byValue(), GOLDEN);
    }

    /** Nine values are too high by more than δ: they cost the reference nothing. */
    @Test
    void shouldNotHaveTheReferencesValueLossWhereErrorsAreBelowMinusDelta() {
        JsonNode faulty = GOLDENS.cases("valueLosses").skip(3).findFirst().orElseThrow();
        double[] byValue = vector(faulty.get("byValue"));

        ValueObjective.Slope slope = valueLoss(faulty);

        assertEquals(9, faulty.get("errorsBelow").intValue());
        assertTrue(slope.loss() > faulty.get("loss").doubleValue() + 1, "loss " + slope.loss());
        long more = 0;
        for (int k = 0; k < byValue.length; k++) {
            more += byValue[k] == 0 && slope.byValue()[k] > 0.1 ? 1 : 0;
        }
        assertTrue(more > 0, "some of the nine are pulled down");
    }

    private static ValueObjective.Slope valueLoss(JsonNode values) {
        return new ValueObjective(1, GOLDENS.number("clip"), GOLDENS.number("huber"))
                .evaluate(vector(values.get("values")), vector(values.get("oldValues")), vector(values.get("returns")));
    }
}
