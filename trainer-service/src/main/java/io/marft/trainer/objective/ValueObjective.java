package io.marft.trainer.objective;

import io.marft.trainer.Require;

/**
 * The critic's loss with its derivative: c_V times the mean over units (decisions or, at token level, tokens) of the
 * larger of two Huber losses. One is of the error V − R. The other is of the clipped error, whose V may have moved from its
 * old value by at most {@code clip}.
 *
 * <p>Huber's loss is e²/2 for |e| ≤ δ and δ(|e| − δ/2) beyond, on both sides.
 *
 * @param coefficient c_V, the weight of the critic's loss
 * @param clip how far a value may move from its old one before the clipped error is the larger
 * @param huber δ, the error from which the loss grows linearly
 */
public record ValueObjective(double coefficient, double clip, double huber) {

    /** MARFT's: c_V = 1, clip 0.2, δ = 10. */
    public static final ValueObjective DEFAULT = new ValueObjective(1, 0.2, 10);

    public ValueObjective {
        Require.positive("coefficient", coefficient);
        Require.positive("clip", clip);
        Require.positive("huber", huber);
    }

    /**
     * The loss and its slope.
     *
     * @param loss c_V times the mean over units
     * @param byValue derivative of the loss by each value
     */
    public record Slope(double loss, double[] byValue) {}

    /**
     * Evaluates the loss of a minibatch.
     *
     * @param values V(k) under the critic as it is
     * @param oldValues V(k) at the start of the update
     * @param returns R(k)
     */
    public Slope evaluate(double[] values, double[] oldValues, double[] returns) {
        double loss = 0;
        double[] byValue = new double[values.length];
        double scale = coefficient / values.length;
        for (int k = 0; k < values.length; k++) {
            double moved = values[k] - oldValues[k];
            double held = oldValues[k] + Math.max(-clip, Math.min(clip, moved));
            double free = huber(values[k] - returns[k]);
            double bounded = huber(held - returns[k]);
            loss += scale * Math.max(free, bounded);
            boolean inside = Math.abs(moved) <= clip;
            byValue[k] = free >= bounded || inside ? scale * huberSlope(values[k] - returns[k]) : 0;
        }
        return new Slope(loss, byValue);
    }

    private double huber(double error) {
        double size = Math.abs(error);
        return size <= huber ? error * error / 2 : huber * (size - huber / 2);
    }

    private double huberSlope(double error) {
        return Math.max(-huber, Math.min(huber, error));
    }
}
