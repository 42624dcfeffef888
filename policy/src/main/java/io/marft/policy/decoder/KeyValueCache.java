package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;

/**
 * The keys and values of the rows that a lane decodes, in memory that is reserved once: {@link #tokens} places, laid out as
 * rows of {@link #slots} places each. Owns that memory; belongs to its lane's thread.
 */
final class KeyValueCache implements AutoCloseable {

    private final Native module;
    private final NDManager memory;
    private final NDList parts = new NDList();
    private final int tokens;
    private int slots = 1;

    /** @param tokens how many places to reserve, for all rows together */
    KeyValueCache(Native module, ModelConfig config, DType dtype, int tokens) {
        this.module = module;
        this.memory = module.open();
        this.tokens = tokens;
        long values = (long) tokens * config.kvHeads() * config.headSize();
        for (int part = 0; part < 2 * config.layers(); part++) {
            parts.add(Native.named(module.allocate(memory, values, dtype), "cache[]"));
        }
    }

    /** How many places there are, for all rows together. */
    int tokens() {
        return tokens;
    }

    /** How many places a row has now. */
    int slots() {
        return slots;
    }

    /** The keys and the values of each layer, as an input to the module's methods. */
    NDList parts() {
        return parts;
    }

    /**
     * Makes room for longer rows, or for more.
     *
     * @param newSlots how many places a row has from now on; all rows together must not exceed {@link #tokens}
     * @param spans how many places of each row are in use
     */
    void resize(int newSlots, int[] spans) {
        boolean grows = newSlots > slots;
        int oldSlots = slots;
        for (int i = 0; i < spans.length; i++) {
            // In this order no row lands on one that has yet to move.
            int row = grows ? spans.length - 1 - i : i;
            try (NDManager call = module.open()) {
                slots = oldSlots;
                NDList copies = lift(call, row, spans[row]);
                slots = newSlots;
                lay(copies, row, 1, spans[row]);
            }
        }
        slots = newSlots;
    }

    /** Copies a row's first {@code span} places over another row. */
    void move(int from, int to, int span) {
        try (NDManager call = module.open()) {
            lay(lift(call, from, span), to, 1, span);
        }
    }

    /** Copies a row's first {@code span} places into memory that {@code owner} will own. */
    NDList lift(NDManager owner, int row, int span) {
        NDList inputs = new NDList(Native.size(owner, slots), Native.size(owner, row), Native.size(owner, span));
        inputs.addAll(parts);
        NDList copies = module.run("lift", Native.Mode.INFERENCE, inputs);
        copies.forEach(copy -> Native.named(copy, "copies[]"));
        return copies;
    }

    /** Writes the first {@code span} places of a copy into {@code count} rows, from row {@code first} on. */
    void lay(NDList copies, int first, int count, int span) {
        try (NDManager call = module.open()) {
            NDList inputs = new NDList(
                    Native.size(call, slots),
                    Native.size(call, first),
                    Native.size(call, count),
                    Native.size(call, span));
            inputs.addAll(copies);
            inputs.addAll(parts);
            module.run("lay", Native.Mode.INFERENCE, inputs);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
