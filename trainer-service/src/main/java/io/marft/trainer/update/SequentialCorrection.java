package io.marft.trainer.update;

import java.util.Arrays;

/**
 * The correction of the sequential schedule (HAPPO): an agent's advantages are multiplied by the product of the clipped
 * ratios that the agents before it, in this update, have reached on the same episode. So each agent improves upon what
 * the team has become, and not upon what it was.
 */
final class SequentialCorrection {

    private final Rollout rollout;
    /** For each episode the product so far. */
    private final double[] factors;

    SequentialCorrection(Rollout rollout) {
        this.rollout = rollout;
        this.factors = new double[rollout.episodes().size()];
        Arrays.fill(factors, 1);
    }

    /** An agent's advantages, corrected; {@code own} are its decisions' places in the rollout. */
    double[] correct(double[] advantages, int[] own) {
        double[] corrected = new double[own.length];
        for (int i = 0; i < own.length; i++) {
            corrected[i] = advantages[i] * factors[rollout.episodeOf(own[i])];
        }
        return corrected;
    }

    /** Takes in the clipped ratios that an agent has reached on its decisions. */
    void include(double[] clippedRatios, int[] own) {
        for (int i = 0; i < own.length; i++) {
            factors[rollout.episodeOf(own[i])] *= clippedRatios[i];
        }
    }
}
