package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** A prompt under way: what has been drawn for it so far. Belongs to its lane's thread. */
public final class Continuation {

    /** So little below 1 that its product with a sum, rounded, is still less than the sum. */
    private static final double LARGEST = 1 - 0x1p-50;

    private final Draw draw;
    private final Adapter adapter;
    private final SplittableRandom random;
    private final CompletableFuture<Generation> result = new CompletableFuture<>();
    private int[] tokens = new int[16];
    private float[] logProbs = new float[16];
    private int count;

    Continuation(Draw draw, Adapter adapter) {
        this.draw = draw;
        this.adapter = adapter;
        this.random = new SplittableRandom(draw.request().seed());
    }

    /** What is asked for. */
    public Draw draw() {
        return draw;
    }

    /** The adapter that it is drawn with. */
    public Adapter adapter() {
        return adapter;
    }

    /** Completes with the output. */
    CompletableFuture<Generation> result() {
        return result;
    }

    /** The number in [0, 1) that decides the next draw; each call uses one up. */
    public double uniform() {
        return Math.min(random.nextDouble(), LARGEST);
    }

    /** The token that was drawn last. */
    public int lastToken() {
        return tokens[count - 1];
    }

    /** The position of the last token in its sequence, prompt included. */
    public int lastPosition() {
        return draw.prompt().length + count - 1;
    }

    /**
     * Adds a token.
     *
     * @return true if generation ended, or failed because the log-probability is not finite; the result is complete then
     */
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
        if (!ended && count < draw.sampling().maxNewTokens()) {
            return false;
        }
        result.complete(new Generation(Arrays.copyOf(tokens, count), Arrays.copyOf(logProbs, count), ended));
        return true;
    }
}
