package io.marft.policy.generate;

import java.util.Set;
import java.util.function.Predicate;

/**
 * A request, and everything that may end its output before its limit: the request names its own stop tokens and strings,
 * the model adds its end tokens.
 *
 * @param request what is asked for
 * @param ends token ids that end an output
 * @param stop whether an output so far is at its end; asked only where none of {@code ends} came
 */
public record Draw(GenerationRequest request, Set<Integer> ends, Predicate<int[]> stop) {

    /** A {@code stop} that never comes. */
    public static final Predicate<int[]> NEVER = output -> false;

    /** The prompt's token ids. */
    public int[] prompt() {
        return request.prompt();
    }

    /** How tokens are drawn. */
    public Sampling sampling() {
        return request.sampling();
    }

    /** The most positions that it may come to need, by {@link GenerationRequest#slots()}. */
    public int slots() {
        return request.slots();
    }
}
