package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** A prompt under way: what has been drawn for it so far. Belongs to its lane's thread. */
public final class Continuation {

    /** So much below 1 that its product with a sum is less than the sum. */
    private static final double LARGEST = 1 - 0x1p-50;

    private final Draw draw;
    private final Adapter adapter;
    private final SplittableRandom random;
    private final CompletableFuture<Drawn> result = new CompletableFuture<>();
    private int[] tokens = new int[16];
    private float[] logProbs = new float[16];
    private int count;

    Continuation(Draw draw, Adapter adapter) {
        this.draw = draw;
        this.adapter = adapter;
        this.random = new SplittableRandom(draw.seed());
    }

    public Draw draw() {
        return draw;
    }

    public Adapter adapter() {
        return adapter;
    }

    CompletableFuture<Drawn> result() {
        return result;
    }

    /** The number in [0, 1) that decides the next draw. */
    public double uniform() {
        return Math.min(random.nextDouble(), LARGEST);
    }

    public int lastToken() {
        return tokens[count - 1];
    }

    /** The position of the last token in its sequence. */
    public int lastPosition() {
        return draw.prompt().length + count - 1;
    }

    /** Adds a token; true if it was the last one, with which the result is complete, or if it is no number's. */
    public boolean add(int token, float logProb) {
        if (!Float.isFinite(logProb)) {
            result.completeExceptionally(new IllegalArgumentException("The distribution after " + count
                    + " new tokens is not finite: check the model's weights and the adapter"));
            return true;
        }
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            logProbs = Arrays.copyOf(logProbs, 2 * count);
        }
        tokens[count] = token;
        logProbs[count++] = logProb;
        boolean ended = draw.ends().contains(token)
                || (draw.stop() != Draw.NEVER && draw.stop().test(Arrays.copyOf(tokens, count)));
        if (!ended && count < draw.limit()) {
            return false;
        }
        result.complete(new Drawn(Arrays.copyOf(tokens, count), Arrays.copyOf(logProbs, count), ended));
        return true;
    }
}
