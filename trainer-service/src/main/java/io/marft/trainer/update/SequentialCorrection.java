package io.marft.trainer.update;

import java.util.HashMap;
import java.util.Map;

/**
 * The correction of the sequential schedule (HAPPO): an agent's advantages are multiplied by the product of the clipped
 * ratios that the agents before it, in this update, have reached on the same step of the same episode. So each agent
 * improves upon what the team has become, and not upon what it was.
 */
final class SequentialCorrection {

    private final Rollout rollout;
    /** For each step the product so far. */
    private final Map<Place, Double> factors = new HashMap<>();

    private record Place(int episode, int step) {}

    SequentialCorrection(Rollout rollout) {
        this.rollout = rollout;
    }

    private Place place(int decision) {
        return new Place(
                rollout.episodeOf(decision), rollout.decisions().get(decision).step());
    }

    /** An agent's advantages, corrected, {@code [own decisions][units]}; {@code own} are its places in the rollout. */
    double[][] correct(double[][] advantages, int[] own) {
        double[][] corrected = new double[own.length][];
        for (int i = 0; i < own.length; i++) {
            double factor = factors.getOrDefault(place(own[i]), 1.0);
            corrected[i] = advantages[i].clone();
            for (int t = 0; t < corrected[i].length; t++) {
                corrected[i][t] *= factor;
            }
        }
        return corrected;
    }

    /** Takes in the clipped ratios that an agent has reached on its decisions. */
    void include(double[] clippedRatios, int[] own) {
        for (int i = 0; i < own.length; i++) {
            factors.merge(place(own[i]), clippedRatios[i], (one, other) -> one * other);
        }
    }
}
