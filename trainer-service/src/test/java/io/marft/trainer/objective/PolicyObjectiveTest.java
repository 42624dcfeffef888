package io.marft.trainer.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    private static PolicyObjective.Slope evaluate(PolicyObjective objective, ActionTerm term, float[] now) {
        return objective.evaluate(List.of(term), new float[][] {now}, new float[][] {new float[now.length]}, 1);
    }

    @Test
    void shouldTakeTheRatioOfTheWholeActionInsideTheClipRange() {
        float[] old = logs(0.5, 0.5);
        // ρ = (0.55 · 0.5) / (0.5 · 0.5) = 1.1
        PolicyObjective.Slope slope = evaluate(PLAIN, new ActionTerm(2, old, old, old), logs(0.55, 0.5));

        assertEquals(-2.2, slope.diagnostics().loss(), EXACT);
        assertEquals(-2.2, slope.byLogProb()[0][0], EXACT);
        assertEquals(-2.2, slope.byLogProb()[0][1], EXACT);
        assertEquals(1.1 - 1 - Math.log(1.1), slope.diagnostics().approxKl(), EXACT);
        assertEquals(0, slope.diagnostics().clipped());
    }

    @Test
    void shouldBeFlatWhereAGoodActionIsAlreadyLikelyEnough() {
        float[] old = logs(0.5);
        PolicyObjective.Slope slope = evaluate(PLAIN, new ActionTerm(1, old, old, old), logs(0.75));

        assertEquals(-1.2, slope.diagnostics().loss(), EXACT);
        assertEquals(0, slope.byLogProb()[0][0], EXACT);
        assertEquals(1, slope.diagnostics().clipped());
    }

    @Test
    void shouldStillPushDownABadActionThatHasBecomeLikelier() {
        float[] old = logs(0.5);
        PolicyObjective.Slope slope = evaluate(PLAIN, new ActionTerm(-1, old, old, old), logs(0.75));

        assertEquals(1.5, slope.diagnostics().loss(), EXACT);
        assertEquals(1.5, slope.byLogProb()[0][0], EXACT);
    }

    @Test
    void shouldWeighStaleActionsByProximalOverBehaviourUpToTheCap() {
        ActionTerm twice = new ActionTerm(1, logs(0.5), logs(0.25), logs(0.5));
        ActionTerm tenfold = new ActionTerm(1, logs(0.5), logs(0.05), logs(0.5));

        assertEquals(-2, evaluate(PLAIN, twice, logs(0.5)).diagnostics().loss(), EXACT);
        assertEquals(-5, evaluate(PLAIN, tenfold, logs(0.5)).diagnostics().loss(), EXACT);
    }

    @Test
    void shouldAverageOverTokensWhereConfigured() {
        PolicyObjective mean = new PolicyObjective(ActionLogProbability.TOKEN, 0.9, 0, 0, 5);
        float[] old = logs(0.2, 0.2);
        // Mean log-ratio of (ln 2.25 + 0) / 2 = ln 1.5.
        PolicyObjective.Slope slope = evaluate(mean, new ActionTerm(1, old, old, old), logs(0.45, 0.2));

        assertEquals(-1.5, slope.diagnostics().loss(), EXACT);
        assertEquals(-0.75, slope.byLogProb()[0][0], EXACT);
    }

    @Test
    void shouldEstimateDivergenceFromTheBaseByK3() {
        PolicyObjective objective = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0, 0.5, 5);
        float[] now = logs(0.5);
        // x = ln(0.25 / 0.5) = −ln 2; e^x − 1 − x = 0.5 − 1 + 0.6931.
        PolicyObjective.Slope slope = evaluate(objective, new ActionTerm(0, now, now, logs(0.25)), now);

        assertEquals(Math.log(2) - 0.5, slope.diagnostics().klBase(), EXACT);
        assertEquals(0.5 * (Math.log(2) - 0.5), slope.diagnostics().loss(), EXACT);
        assertEquals(0.5 * (1 - 0.5), slope.byLogProb()[0][0], EXACT);
    }

    @Test
    void shouldRewardEntropy() {
        PolicyObjective objective = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0.1, 0, 5);
        float[] now = logs(0.5, 0.5);
        PolicyObjective.Slope slope = objective.evaluate(
                List.of(new ActionTerm(0, now, now, now)), new float[][] {now}, new float[][] {{0.3f, 0.4f}}, 1);

        assertEquals(-0.07, slope.diagnostics().loss(), EXACT);
        assertEquals(-0.1, slope.byEntropy()[0][1], EXACT);
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
                    random.nextGaussian(),
                    noise(logProbs[i], 0.2, random),
                    noise(logProbs[i], 0.2, random),
                    noise(logProbs[i], 0.5, random)));
        }
        PolicyObjective.Slope slope = objective.evaluate(terms, logProbs, entropies, 12);
        assertTrue(slope.diagnostics().clipped() > 0 && slope.diagnostics().clipped() < 12, "both branches are taken");

        for (int i = 0; i < logProbs.length; i++) {
            for (int t = 0; t < logProbs[i].length; t++) {
                assertEquals(
                        difference(objective, terms, logProbs, entropies, logProbs[i], t),
                        slope.byLogProb()[i][t],
                        2e-4);
                assertEquals(
                        difference(objective, terms, logProbs, entropies, entropies[i], t),
                        slope.byEntropy()[i][t],
                        2e-4);
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
            PolicyObjective objective,
            List<ActionTerm> terms,
            float[][] logProbs,
            float[][] entropies,
            float[] varied,
            int t) {
        float kept = varied[t];
        varied[t] = kept + 1e-3f;
        double width = varied[t];
        double above =
                objective.evaluate(terms, logProbs, entropies, 12).diagnostics().loss();
        varied[t] = kept - 1e-3f;
        width -= varied[t];
        double below =
                objective.evaluate(terms, logProbs, entropies, 12).diagnostics().loss();
        varied[t] = kept;
        return (above - below) / width / 12;
    }

    @Test
    void shouldAddUpTheSameFromPartsOfAMinibatch() {
        ActionTerm a = new ActionTerm(1, logs(0.5), logs(0.5), logs(0.5));
        ActionTerm b = new ActionTerm(-1, logs(0.4), logs(0.4), logs(0.4));
        PolicyObjective.Slope whole =
                PLAIN.evaluate(List.of(a, b), new float[][] {logs(0.55), logs(0.35)}, new float[][] {{0}, {0}}, 2);
        PolicyObjective.Slope second = PLAIN.evaluate(List.of(b), new float[][] {logs(0.35)}, new float[][] {{0}}, 2);

        assertEquals(whole.byLogProb()[1][0], second.byLogProb()[0][0]);
    }
}
