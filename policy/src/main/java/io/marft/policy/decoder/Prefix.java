package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * The beginning that prompts of one adapter have had in common, such as an agent's profile, with its keys and values: read
 * once, and copied into every row that begins alike. The owner of that copy's memory.
 *
 * @param tokens token ids
 * @param memory owner of {@code copies}
 * @param copies what {@link KeyValueCache#lift} gave
 */
record Prefix(int[] tokens, NDManager memory, NDList copies) implements AutoCloseable {

    /** The first tokens of a row. */
    static Prefix of(Native module, KeyValueCache cache, int row, int[] tokens) {
        NDManager memory = module.open();
        return new Prefix(tokens, memory, cache.lift(memory, row, tokens.length));
    }

    @Override
    public void close() {
        memory.close();
    }
}
