package io.marft.policy;

/**
 * How tokens are drawn.
 *
 * @param temperature divides the logits; 0 takes the most probable token
 * @param topK keep only this many most probable tokens; 0 keeps all
 * @param topP of those, keep the most probable up to this mass; 1 keeps all
 * @param maxNewTokens stop after this many tokens
 */
public record Sampling(float temperature, int topK, float topP, int maxNewTokens) {

    /** Checks the ranges. */
    public Sampling {
        check(temperature >= 0 && Float.isFinite(temperature), "temperature must be 0 or more, got: " + temperature);
        check(topK >= 0, "topK must be 0 (all) or more, got: " + topK);
        check(topP > 0 && topP <= 1, "topP must be above 0 and at most 1, got: " + topP);
        check(maxNewTokens > 0, "maxNewTokens must be at least 1, got: " + maxNewTokens);
    }

    /** The whole distribution at temperature 1. */
    public static Sampling plain(int maxNewTokens) {
        return new Sampling(1, 0, 1, maxNewTokens);
    }

    /** Always the most probable token. */
    public static Sampling greedy(int maxNewTokens) {
        return new Sampling(0, 0, 1, maxNewTokens);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("Sampling " + message);
        }
    }
}
