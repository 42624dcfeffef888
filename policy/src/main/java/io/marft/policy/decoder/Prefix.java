package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * The beginning that prompts of one adapter have had in common, such as an agent's profile, with its keys and values: computed
 * once, and copied into every row that begins alike. Owns the memory of that copy.
 *
 * @param tokens token ids of the beginning
 * @param memory the owner of {@code copies}
 * @param copies keys and values, as {@link KeyValueCache#lift} gave them
 */
record Prefix(int[] tokens, NDManager memory, NDList copies) implements AutoCloseable {

    /** Copies the keys and values of a row's first tokens, which are {@code tokens}. */
    static Prefix of(Native module, KeyValueCache cache, int row, int[] tokens) {
        NDManager memory = module.open();
        return new Prefix(tokens, memory, cache.lift(memory, row, tokens.length));
    }

    @Override
    public void close() {
        memory.close();
    }
}
