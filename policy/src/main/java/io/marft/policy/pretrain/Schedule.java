package io.marft.policy.pretrain;

/**
 * How a model is pretrained.
 *
 * @param steps number of optimizer steps
 * @param warmup of them, the first with a rate that rises linearly from 0
 * @param peakRate the highest learning rate
 * @param finalRate where the cosine after the warm-up ends
 * @param weightDecay of the matrices
 * @param maxGradientNorm longer gradients are scaled down to this norm
 */
public record Schedule(
        int steps, int warmup, float peakRate, float finalRate, float weightDecay, float maxGradientNorm) {

    /** Checks the ranges. */
    public Schedule {
        if (steps < 1 || warmup < 0 || warmup > steps) {
            throw new IllegalArgumentException(
                    "Schedule needs 0 <= warmup <= steps and steps >= 1, got warmup=" + warmup + ", steps=" + steps);
        }
    }

    /** A schedule for a model of about a million weights. */
    public static Schedule of(int steps) {
        return new Schedule(steps, Math.min(steps, 200), 3e-3f, 1e-4f, 0.01f, 1);
    }

    /** The learning rate of {@code step}, counted from 0. */
    public float rate(int step) {
        if (step < warmup) {
            return peakRate * (step + 1) / warmup;
        }
        double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
        return (float) (finalRate + (peakRate - finalRate) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
