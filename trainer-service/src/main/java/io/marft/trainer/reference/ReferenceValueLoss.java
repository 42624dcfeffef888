package io.marft.trainer.reference;

import io.marft.trainer.Require;

/**
 * The reference's critic loss: c_V times the mean over units of the larger of the Huber losses of the unclipped error
 * R − V and of the clipped error, whose V may have moved from its old value by at most {@code clip}.
 *
 * <p>Huber's loss is e²/2 for |e| ≤ δ and δ(e − δ/2) for {@literal e > δ}, but 0 for {@literal e < −δ}: a value that is
 * far too high costs nothing and is never brought down. MARFT here takes the loss that is even in e.
 *
 * @param coefficient c_V
 * @param clip how far a value may move from its old one before the clipped error counts; the reference takes the policy's
 *     ε
 * @param huber δ
 */
public record ReferenceValueLoss(double coefficient, double clip, double huber) {

    public ReferenceValueLoss {
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
     * Evaluates the loss of a minibatch of decisions, or of action tokens.
     *
     * @param values V under the critic as it is
     * @param oldValues V at the start of the update
     * @param returns R
     */
    public Slope evaluate(double[] values, double[] oldValues, double[] returns) {
        int units = values.length;
        Require.atLeastOne("units", units);
        double loss = 0;
        double[] byValue = new double[units];
        double scale = coefficient / units;
        for (int i = 0; i < units; i++) {
            double moved = values[i] - oldValues[i];
            double held = oldValues[i] + Math.max(-clip, Math.min(clip, moved));
            double free = loss(returns[i] - values[i]);
            double bounded = loss(returns[i] - held);
            loss += scale * Math.max(free, bounded);
            boolean follows = free >= bounded || Math.abs(moved) <= clip;
            byValue[i] = follows ? -scale * slope(returns[i] - values[i]) : 0;
        }
        return new Slope(loss, byValue);
    }

    private double loss(double error) {
        if (error > huber) {
            return huber * (error - huber / 2);
        }
        return error < -huber ? 0 : error * error / 2;
    }

    private double slope(double error) {
        if (error > huber) {
            return huber;
        }
        return error < -huber ? 0 : error;
    }
}
