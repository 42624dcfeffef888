package io.marft.policy.pretrain;

/**
 * How long a model is pretrained and with which learning rates: they rise over the warm-up, stay at their peak, and fall by a
 * cosine.
 *
 * @param steps number of optimizer steps
 * @param warmup number of first steps, over which rates rise linearly from 0
 * @param plateau number of steps behind the warm-up that keep the peak
 * @param peakRate the highest learning rate of AdamW, which trains embeddings, norms and biases
 * @param peakMatrixRate the highest learning rate of Muon, which trains the layers' matrices
 * @param finalShare the share of the peak that is left in the end
 * @param weightDecay of the matrices
 * @param maxGradientNorm longer gradients are scaled down to this norm (AdamW only: Muon's step has a size of its own)
 */
public record RateSchedule(
        int steps,
        int warmup,
        int plateau,
        float peakRate,
        float peakMatrixRate,
        float finalShare,
        float weightDecay,
        float maxGradientNorm) {

    /** @throws IllegalArgumentException if there are no steps, or fewer than warm-up and plateau take */
    public RateSchedule {
        if (steps < 1 || warmup < 0 || plateau < 0 || warmup + plateau > steps) {
            throw new IllegalArgumentException("Schedule needs steps >= 1 and warmup + plateau <= steps, got warmup="
                    + warmup + ", plateau=" + plateau + ", steps=" + steps);
        }
    }

    /** A schedule for a model of about a million weights. */
    public static RateSchedule of(int steps) {
        return new RateSchedule(steps, Math.min(steps / 2, 60), 3 * steps / 10, 3e-3f, 0.02f, 0.02f, 0.05f, 1);
    }

    /** AdamW's learning rate at {@code step}, counted from 0. */
    public float rate(int step) {
        return (float) (peakRate * share(step));
    }

    /** Muon's learning rate at {@code step}, counted from 0. */
    public float matrixRate(int step) {
        return (float) (peakMatrixRate * share(step));
    }

    private double share(int step) {
        if (step < warmup) {
            return (step + 1.0) / warmup;
        }
        int falling = step - warmup - plateau;
        if (falling < 0) {
            return 1;
        }
        double progress = (double) falling / Math.max(1, steps - warmup - plateau);
        return finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
}
