package io.marft.policy.generate;

import java.util.Set;
import java.util.function.Predicate;

/**
 * How one prompt is continued.
 *
 * @param prompt token ids
 * @param seed decides the draws
 * @param limit largest number of new tokens
 * @param temperature divides the logits; 0 takes the most probable token
 * @param topK keep this many most probable tokens; 0 keeps all
 * @param topP of those, keep the most probable up to this mass; 1 keeps all
 * @param minP keep tokens at least this many times as probable as the most probable one; 0 keeps all
 * @param ends ids that end an output
 * @param stop whether an output so far, which does not end with one of {@code ends}, is at its end
 */
public record Draw(
        int[] prompt,
        long seed,
        int limit,
        float temperature,
        int topK,
        float topP,
        float minP,
        Set<Integer> ends,
        Predicate<int[]> stop) {

    /** A {@code stop} that never comes. */
    public static final Predicate<int[]> NEVER = output -> false;

    /** Whether the distribution is cut. */
    public boolean filters() {
        return topK > 0 || topP < 1 || minP > 0;
    }

    /** Places of the cache that it may come to need: the last token is never read. */
    public int slots() {
        return prompt.length + limit - 1;
    }
}
