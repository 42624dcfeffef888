package io.marft.policy.generate;

import io.marft.kernels.Rows;
import java.util.Arrays;

/**
 * Draws tokens as {@code sampling.py} does, from logits on Java's heap. For one thread at a time.
 *
 * <p>A draw is a place in the cumulative distribution, which is summed in double; the same number gives the same place.
 */
public final class Sampler {

    private final int size;
    private final float[] logits;
    private final float[] weights;
    private final long[] order;

    /** @param size V */
    public Sampler(int size) {
        this.size = size;
        this.logits = new float[size];
        this.weights = new float[Rows.whole(size)];
        this.order = new long[size];
    }

    /**
     * Draws a row's next token and hands it over.
     *
     * @param from has the row's logits, [V], from {@code start} on
     * @return whether the row has ended with it
     */
    public boolean draw(Continuation row, float[] from, int start) {
        Draw draw = row.draw();
        double uniform = row.uniform();
        float temperature = draw.temperature() == 0 ? 1 : draw.temperature();
        int best = 0;
        for (int i = 0; i < size; i++) {
            logits[i] = from[start + i] / temperature;
            best = logits[i] > logits[best] ? i : best;
        }
        if (!finite()) {
            return row.add(best, Float.NaN);
        }
        if (draw.temperature() == 0) {
            return row.add(best, 0);
        }
        System.arraycopy(logits, 0, weights, 0, size);
        Rows.exp(weights, 0, logits[best], size);
        return draw.filters() ? filtered(row, uniform) : plain(row, logits[best], uniform);
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

    /** Draws among the most probable tokens that top-k, then top-p of what top-k leaves, then min-p keep. */
    private boolean filtered(Continuation row, double uniform) {
        Draw draw = row.draw();
        sort();
        int most = draw.topK() == 0 ? size : Math.min(draw.topK(), size);
        double mass = 0;
        for (int rank = 0; rank < most; rank++) {
            mass += weights[token(rank)];
        }
        double least = logits[token(0)] + Math.log(draw.minP());
        double before = 0;
        int kept = 0;
        double within = draw.topP() < 1 ? draw.topP() * mass : Double.POSITIVE_INFINITY;
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

    /** The most probable first; of equals the one with the smaller id. */
    private void sort() {
        for (int i = 0; i < size; i++) {
            int bits = Float.floatToIntBits(logits[i]);
            // In the order of numbers: of negative ones all bits but the sign are turned.
            int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
            order[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(order);
    }

    private int token(int rank) {
        return (int) order[rank];
    }
}
