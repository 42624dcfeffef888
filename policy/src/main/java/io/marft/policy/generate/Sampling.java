package io.marft.policy.generate;

import java.util.List;

/**
 * How tokens are drawn, and when to stop. Its rules are those of the mathematics: outside of them there is no distribution to
 * draw from, or no end.
 *
 * @param temperature divides the logits; 0 takes the most probable token, else at least 0.001
 * @param topK keep only this many most probable tokens; 0 keeps all
 * @param topP of those, keep the most probable up to this mass; 1 keeps all
 * @param minP of those, keep what is at least this many times as probable as the most probable one; 0 keeps all
 * @param maxNewTokens stop after this many tokens
 * @param stopTokens ids that end an output, beside the model's end tokens; the one that came is part of it
 * @param stop strings that end an output; the one that came is part of it
 */
public record Sampling(
        float temperature,
        int topK,
        float topP,
        float minP,
        int maxNewTokens,
        List<Integer> stopTokens,
        List<String> stop) {

    /** The lowest temperature: logits that are divided by less leave float32's range. */
    private static final float COLDEST = 1e-3f;

    /** @throws IllegalArgumentException if a value is out of its range */
    public Sampling {
        stopTokens = List.copyOf(stopTokens);
        stop = List.copyOf(stop);
        check(
                temperature == 0 || (temperature >= COLDEST && Float.isFinite(temperature)),
                "temperature must be 0 (greedy) or at least " + COLDEST + ", got: " + temperature);
        check(topK >= 0, "topK must be 0 (all) or more, got: " + topK);
        check(topP > 0 && topP <= 1, "topP must be above 0 and at most 1, got: " + topP);
        check(minP >= 0 && minP < 1, "minP must be 0 (all) or more and below 1, got: " + minP);
        check(maxNewTokens > 0, "maxNewTokens must be at least 1, got: " + maxNewTokens);
        check(
                stop.stream().noneMatch(String::isEmpty),
                "stop must not hold an empty string: it would end every output");
    }

    /** Samples without min-p, stop tokens and stop strings. */
    public Sampling(float temperature, int topK, float topP, int maxNewTokens) {
        this(temperature, topK, topP, 0, maxNewTokens, List.of(), List.of());
    }

    /** Samples from the whole distribution at temperature 1. */
    public static Sampling plain(int maxNewTokens) {
        return new Sampling(1, 0, 1, maxNewTokens);
    }

    /** Takes the most probable token each time. */
    public static Sampling greedy(int maxNewTokens) {
        return new Sampling(0, 0, 1, maxNewTokens);
    }

    /** Whether the distribution is cut, by top-k, top-p or min-p. */
    public boolean filters() {
        return topK > 0 || topP < 1 || minP > 0;
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("Sampling " + message);
        }
    }
}
