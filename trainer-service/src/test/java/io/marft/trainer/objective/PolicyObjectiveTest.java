package io.marft.trainer.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class PolicyObjectiveTest {

    private static final double EXACT = 1e-6;
    private static final PolicyObjective PLAIN = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0, 0, 5);

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int t = 0; t < logs.length; t++) {
            logs[t] = (float) Math.log(probabilities[t]);
        }
        return logs;
    }

    /** Fresh data, no base to speak of, one word. */
    private static ActionTerm term(float[] old, double... advantages) {
        return new ActionTerm(advantages, old, old, old, 1);
    }

    private static PolicyObjective.Slope evaluate(
            Level level, PolicyObjective objective, ActionTerm term, float[] now) {
        return objective.evaluate(
                level,
                List.of(term),
                new float[][] {now},
                new float[][] {new float[now.length]},
                PolicyObjective.units(level, List.of(term)));
    }

    private static PolicyObjective.Slope evaluate(PolicyObjective objective, ActionTerm term, float[] now) {
        return evaluate(Level.ACTION, objective, term, now);
    }

    @Test
    void shouldTakeTheRatioOfTheWholeActionInsideTheClipRange() {
        // ρ = (0.55 · 0.5) / (0.5 · 0.5) = 1.1
        PolicyObjective.Slope slope = evaluate(PLAIN, term(logs(0.5, 0.5), 2), logs(0.55, 0.5));

        assertEquals(-2.2, slope.diagnostics().loss(), EXACT);
        assertEquals(-2.2, slope.byLogProb()[0][0], EXACT);
        assertEquals(-2.2, slope.byLogProb()[0][1], EXACT);
        assertEquals(1.1 - 1 - Math.log(1.1), slope.diagnostics().approxKl(), EXACT);
        assertEquals(0, slope.diagnostics().clipped());
    }

    @Test
    void shouldBeFlatWhereAGoodActionIsAlreadyLikelyEnough() {
        PolicyObjective.Slope slope = evaluate(PLAIN, term(logs(0.5), 1), logs(0.75));

        assertEquals(-1.2, slope.diagnostics().loss(), EXACT);
        assertEquals(0, slope.byLogProb()[0][0], EXACT);
        assertEquals(1, slope.diagnostics().clipped());
    }

    @Test
    void shouldStillPushDownABadActionThatHasBecomeLikelier() {
        PolicyObjective.Slope slope = evaluate(PLAIN, term(logs(0.5), -1), logs(0.75));

        assertEquals(1.5, slope.diagnostics().loss(), EXACT);
        assertEquals(1.5, slope.byLogProb()[0][0], EXACT);
    }

    /** Ratios 1.1, 2 and ½ against advantages 2, 3 and −3: −2.2, clipped −3.6 and clipped 2.4, over three tokens. */
    @Test
    void shouldClipEachTokenByItselfAtTokenLevel() {
        PolicyObjective.Slope slope =
                evaluate(Level.TOKEN, PLAIN, term(logs(0.5, 0.25, 0.5), 2, 3, -3), logs(0.55, 0.5, 0.25));

        assertEquals(3, slope.diagnostics().units());
        assertEquals(-2.2 - 3.6 + 2.4, slope.diagnostics().loss(), EXACT);
        assertArrayEquals(new float[] {-2.2f / 3, 0, 0}, slope.byLogProb()[0], (float) EXACT);
        assertEquals(2, slope.diagnostics().clipped());
        assertEquals(
                (0.1 - Math.log(1.1) + 2 - 1 - Math.log(2) + 0.5 - 1 + Math.log(2)) / 3,
                slope.diagnostics().meanApproxKl(),
                EXACT);
    }

    @Test
    void shouldWeighStaleActionsByProximalOverBehaviourUpToTheCap() {
        ActionTerm twice = new ActionTerm(new double[] {1}, logs(0.5), logs(0.25), logs(0.5), 1);
        ActionTerm tenfold = new ActionTerm(new double[] {1}, logs(0.5), logs(0.05), logs(0.5), 1);

        assertEquals(-2, evaluate(PLAIN, twice, logs(0.5)).diagnostics().loss(), EXACT);
        assertEquals(-2, evaluate(PLAIN, twice, logs(0.5)).byLogProb()[0][0], EXACT);
        assertEquals(-5, evaluate(PLAIN, tenfold, logs(0.5)).diagnostics().loss(), EXACT);
    }

    /** An action of 2·2 = 4 times the behaviour's probability, of tokens that are 2 times each; the ratio is 1.1. */
    @Test
    void shouldWeighStaleTokensEachByItself() {
        ActionTerm stale = new ActionTerm(new double[] {1, 1}, logs(0.5, 0.5), logs(0.25, 0.25), logs(0.5, 0.5), 1);

        assertEquals(
                -4 * 1.1, evaluate(PLAIN, stale, logs(0.55, 0.5)).diagnostics().surrogate(), EXACT);
        assertEquals(
                -2 * 1.1 - 2,
                evaluate(Level.TOKEN, PLAIN, stale, logs(0.55, 0.5))
                        .diagnostics()
                        .surrogate(),
                EXACT);
    }

    /** Token ratios 2.25 and 4: 9 in all, 3 as the mean of two tokens, 9^⅓ as that of three words. */
    @ParameterizedTest
    @CsvSource({"SUM, 9, 1", "TOKEN, 3, 0.5", "WORD, 2.080083823, 0.333333333"})
    void shouldMakeAnActionsRatioByTheConfiguredMean(ActionLogProbability mode, double ratio, double scale) {
        PolicyObjective objective = new PolicyObjective(mode, 0.2, 0, 0, 5);
        float[] old = logs(0.2, 0.1);
        ActionTerm bad = new ActionTerm(new double[] {-1}, old, old, old, 3);

        PolicyObjective.Slope slope = evaluate(objective, bad, logs(0.45, 0.4));

        assertEquals(ratio, slope.diagnostics().loss(), 1e-5);
        assertEquals(ratio * scale, slope.byLogProb()[0][0], 1e-5);
        assertEquals(ratio * scale, slope.byLogProb()[0][1], 1e-5);
    }

    /** x = ln(0.25 / 0.5) = −ln 2; e^x − 1 − x = ½ − 1 + ln 2, and its slope by log π_θ is 1 − ½. */
    @Test
    void shouldEstimateDivergenceFromTheBaseByK3() {
        PolicyObjective objective = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0, 0.5, 5);
        float[] now = logs(0.5, 0.5);
        ActionTerm term = new ActionTerm(new double[] {0, 0}, now, now, logs(0.25, 0.5), 1);
        double k3 = Math.log(2) - 0.5;

        PolicyObjective.Slope action = evaluate(objective, term, now);
        PolicyObjective.Slope tokens = evaluate(Level.TOKEN, objective, term, now);

        assertEquals(k3, action.diagnostics().klBase(), EXACT);
        assertEquals(0.5 * k3, action.diagnostics().loss(), EXACT);
        assertArrayEquals(new float[] {0.25f, 0}, action.byLogProb()[0], (float) EXACT);
        assertEquals(0.5 * k3, tokens.diagnostics().loss(), EXACT);
        assertArrayEquals(new float[] {0.125f, 0}, tokens.byLogProb()[0], (float) EXACT);
    }

    @Test
    void shouldRewardEntropy() {
        PolicyObjective objective = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0.1, 0, 5);
        float[] now = logs(0.5, 0.5);
        float[][] entropies = {{0.3f, 0.4f}};
        List<ActionTerm> terms = List.of(term(now, 0, 0));

        PolicyObjective.Slope action = objective.evaluate(Level.ACTION, terms, new float[][] {now}, entropies, 1);
        PolicyObjective.Slope tokens = objective.evaluate(Level.TOKEN, terms, new float[][] {now}, entropies, 2);

        assertEquals(-0.07, action.diagnostics().loss(), EXACT);
        assertEquals(-0.1, action.byEntropy()[0][1], EXACT);
        assertEquals(-0.07, tokens.diagnostics().loss(), EXACT);
        assertEquals(-0.05, tokens.byEntropy()[0][1], EXACT);
    }

    /** Of token ratios 1.1 and 1 the action's is 1.1; of 3 and 3 it is 9, or 3 as a mean: clipped to 1.2. */
    @Test
    void shouldCorrectLaterAgentsByTheClippedRatioOfTheWholeAction() {
        PolicyObjective mean = new PolicyObjective(ActionLogProbability.TOKEN, 0.2, 0, 0, 5);
        ActionTerm term = term(logs(0.5, 0.25), 1, 1);

        for (Level level : Level.values()) {
            assertEquals(1.1, PLAIN.clippedRatio(level, term, logs(0.55, 0.25)), EXACT);
            assertEquals(1.2, PLAIN.clippedRatio(level, term, logs(0.75, 0.75)), EXACT);
            assertEquals(0.8, PLAIN.clippedRatio(level, term, logs(0.05, 0.25)), EXACT);
        }
        // At action level the configured mean; at token level the product of the tokens' ratios.
        assertEquals(Math.sqrt(1.1), mean.clippedRatio(Level.ACTION, term, logs(0.55, 0.25)), EXACT);
        assertEquals(1.1, mean.clippedRatio(Level.TOKEN, term, logs(0.55, 0.25)), EXACT);
    }

    /** Central differences over every token of random minibatches, against the derivatives that the model gets. */
    @ParameterizedTest
    @EnumSource(ActionLogProbability.class)
    void shouldHaveTheDerivativesThatFiniteDifferencesGive(ActionLogProbability mode) {
        PolicyObjective objective = new PolicyObjective(mode, 0.2, 0.03, 0.07, 1.3);
        Random random = new Random(7);
        List<ActionTerm> terms = new ArrayList<>();
        float[][] logProbs = new float[12][];
        float[][] entropies = new float[12][];
        for (int i = 0; i < logProbs.length; i++) {
            int tokens = 1 + random.nextInt(4);
            logProbs[i] = noise(new float[tokens], 1, random);
            entropies[i] = noise(new float[tokens], 1, random);
            terms.add(new ActionTerm(
                    random.doubles(tokens, -2, 2).toArray(),
                    noise(logProbs[i], 0.2, random),
                    noise(logProbs[i], 0.2, random),
                    noise(logProbs[i], 0.5, random),
                    1 + random.nextInt(tokens)));
        }
        for (Level level : Level.values()) {
            int units = PolicyObjective.units(level, terms);
            PolicyObjective.Slope slope = objective.evaluate(level, terms, logProbs, entropies, units);
            assertTrue(
                    slope.diagnostics().clipped() > 0 && slope.diagnostics().clipped() < units,
                    "both branches are taken");

            for (int i = 0; i < logProbs.length; i++) {
                for (int t = 0; t < logProbs[i].length; t++) {
                    assertEquals(
                            difference(level, objective, terms, logProbs, entropies, logProbs[i], t),
                            slope.byLogProb()[i][t],
                            2e-4);
                    assertEquals(
                            difference(level, objective, terms, logProbs, entropies, entropies[i], t),
                            slope.byEntropy()[i][t],
                            2e-4);
                }
            }
        }
    }

    private static float[] noise(float[] around, double size, Random random) {
        float[] noisy = new float[around.length];
        for (int t = 0; t < noisy.length; t++) {
            noisy[t] = (float) (around[t] + size * random.nextGaussian());
        }
        return noisy;
    }

    private static double difference(
            Level level,
            PolicyObjective objective,
            List<ActionTerm> terms,
            float[][] logProbs,
            float[][] entropies,
            float[] varied,
            int t) {
        float kept = varied[t];
        int units = PolicyObjective.units(level, terms);
        varied[t] = kept + 1e-3f;
        double width = varied[t];
        double above = objective
                .evaluate(level, terms, logProbs, entropies, units)
                .diagnostics()
                .loss();
        varied[t] = kept - 1e-3f;
        width -= varied[t];
        double below = objective
                .evaluate(level, terms, logProbs, entropies, units)
                .diagnostics()
                .loss();
        varied[t] = kept;
        return (above - below) / width / units;
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldAddUpTheSameFromPartsOfAMinibatch(Level level) {
        List<ActionTerm> terms = List.of(term(logs(0.5), 1), term(logs(0.4, 0.3), -1, 1));
        float[][] now = {logs(0.55), logs(0.35, 0.3)};
        float[][] entropies = {{0}, {0, 0}};
        int units = PolicyObjective.units(level, terms);

        PolicyObjective.Slope whole = PLAIN.evaluate(level, terms, now, entropies, units);
        PolicyObjective.Slope first =
                PLAIN.evaluate(level, terms.subList(0, 1), new float[][] {now[0]}, new float[][] {entropies[0]}, units);
        PolicyObjective.Slope second =
                PLAIN.evaluate(level, terms.subList(1, 2), new float[][] {now[1]}, new float[][] {entropies[1]}, units);

        assertEquals(units, whole.diagnostics().units());
        assertArrayEquals(whole.byLogProb()[0], first.byLogProb()[0]);
        assertArrayEquals(whole.byLogProb()[1], second.byLogProb()[0]);
        assertEquals(whole.diagnostics(), first.diagnostics().plus(second.diagnostics()));
    }
}
