package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;

/**
 * The beginning that prompts of one adapter have had in common, such as an agent's profile, with its keys and values: read
 * once, and copied into every row that begins alike. The owner of that copy's memory.
 *
 * @param tokens token ids
 * @param memory owner of {@code copies}
 * @param copies what {@link KeyValueCache#lift} gave
 */
record Prefix(int[] tokens, NDManager memory, NDList copies) implements AutoCloseable {

    /** Shorter ones are not worth their copying. */
    static final int SHORTEST = 4;

    /** The first {@code length} tokens of a row. */
    static Prefix of(Native module, KeyValueCache cache, int row, int[] prompt, int length) {
        NDManager memory = module.open();
        return new Prefix(Arrays.copyOf(prompt, length), memory, cache.lift(memory, row, length));
    }

    /** With how many of {@code tokens} all prompts begin, leaving at least one token of each. */
    static int shared(int[] tokens, List<int[]> prompts) {
        int shared = tokens.length;
        for (int[] prompt : prompts) {
            int mismatch = Arrays.mismatch(tokens, 0, shared, prompt, 0, prompt.length - 1);
            shared = mismatch < 0 ? shared : mismatch;
        }
        return shared;
    }

    @Override
    public void close() {
        memory.close();
    }
}
