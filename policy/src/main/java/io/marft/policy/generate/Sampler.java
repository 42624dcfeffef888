package io.marft.policy.generate;

import io.marft.kernels.Rows;
import java.util.Arrays;

/**
 * Draws tokens as {@code sampling.py} does, from logits on Java's heap. To be used by one thread at a time.
 *
 * <p>A draw finds a uniform number's place in the cumulative distribution, which is summed in double: the same number gives
 * the same token.
 */
public final class Sampler {

    private final int size;
    private final float[] logits;
    private final float[] weights;
    private final long[] order;

    /** @param size number of logits, V */
    public Sampler(int size) {
        this.size = size;
        this.logits = new float[size];
        this.weights = new float[Rows.whole(size)];
        this.order = new long[size];
    }

    /**
     * Draws a row's next token and adds it to the row.
     *
     * @param from holds the row's logits, [V], from {@code start} on
     * @return whether the row has ended with it
     */
    public boolean draw(Continuation row, float[] from, int start) {
        Sampling sampling = row.draw().sampling();
        double uniform = row.uniform();
        float temperature = sampling.temperature() == 0 ? 1 : sampling.temperature();
        int best = 0;
        for (int i = 0; i < size; i++) {
            logits[i] = from[start + i] / temperature;
            best = logits[i] > logits[best] ? i : best;
        }
        if (!finite()) {
            return row.add(best, Float.NaN);
        }
        if (sampling.temperature() == 0) {
            return row.add(best, 0);
        }
        System.arraycopy(logits, 0, weights, 0, size);
        Rows.exp(weights, 0, logits[best], size);
        return sampling.filters() ? filtered(row, uniform) : plain(row, logits[best], uniform);
    }

    private boolean finite() {
        float sum = 0;
        for (float logit : logits) {
            sum += logit * 0;
        }
        return sum == 0;
    }

    private boolean plain(Continuation row, float largest, double uniform) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weights[i];
        }
        double level = uniform * sum;
        double before = weights[0];
        int token = 0;
        while (before <= level) {
            before += weights[++token];
        }
        return row.add(token, (float) (logits[token] - largest - Math.log(sum)));
    }

    /** Draws among the most probable tokens: those that top-k keeps, of these what top-p keeps, of these what min-p keeps. */
    private boolean filtered(Continuation row, double uniform) {
        Sampling sampling = row.draw().sampling();
        sort();
        int most = sampling.topK() == 0 ? size : Math.min(sampling.topK(), size);
        double mass = 0;
        for (int rank = 0; rank < most; rank++) {
            mass += weights[token(rank)];
        }
        double least = logits[token(0)] + Math.log(sampling.minP());
        double before = 0;
        int kept = 0;
        double within = sampling.topP() < 1 ? sampling.topP() * mass : Double.POSITIVE_INFINITY;
        while (kept < most && (kept == 0 || (before < within && logits[token(kept)] >= least))) {
            before += weights[token(kept++)];
        }
        double level = uniform * before;
        double sum = weights[token(0)];
        int rank = 0;
        while (sum <= level) {
            sum += weights[token(++rank)];
        }
        int token = token(rank);
        return row.add(token, (float) (logits[token] - logits[token(0)] - Math.log(before)));
    }

    /** Orders the tokens: the most probable first, and of equals the one with the smaller id. */
    private void sort() {
        for (int i = 0; i < size; i++) {
            int bits = Float.floatToIntBits(logits[i]);
            // Turning all bits but the sign of negative floats gives integers in the order of the floats.
            int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
            order[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(order);
    }

    /** The token at a place in that order. */
    private int token(int rank) {
        return (int) order[rank];
    }
}
