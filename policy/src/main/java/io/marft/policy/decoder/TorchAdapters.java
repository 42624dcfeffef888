package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.generate.AdapterCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * The adapters that a lane's rows decode with, in native memory. Where rows of a batch have different adapters, these are
 * stacked into one: a row's products with the columns of other adapters are multiplied by zero. Owns that memory; belongs to
 * its lane's thread.
 */
final class TorchAdapters implements AutoCloseable {

    private static final String LORA = "lora[]";
    private static final String OWNERS = "owners[]";
    private static final int MAPS = FusedLora.MAPS.size();

    private final Native module;
    private final FusedLora fusion;
    private final AdapterCache<Prepared> kept = new AdapterCache<>(this::prepare, Prepared::close);

    TorchAdapters(Native module, FusedLora fusion) {
        this.module = module;
        this.fusion = fusion;
    }

    /** What is prepared of an adapter: its matrices, and the beginning that its prompts have in common. */
    private static final class Prepared {
        private final NDManager memory;
        private final NDList lora;
        private final int[] ranks;
        private Optional<Prefix> prefix = Optional.empty();

        private Prepared(NDManager memory, NDList lora, int[] ranks) {
            this.memory = memory;
            this.lora = lora;
            this.ranks = ranks;
        }

        private void close() {
            memory.close();
            prefix.ifPresent(Prefix::close);
        }
    }

    /** One adapter's matrices, as an input to the module's methods. */
    NDList lora(Adapter adapter) {
        return kept.of(adapter).lora;
    }

    /** The beginning that prompts of an adapter have had in common. */
    Optional<Prefix> prefix(Adapter adapter) {
        return kept.of(adapter).prefix;
    }

    /** Keeps another beginning for an adapter, in place of the one before. */
    void learn(Adapter adapter, Prefix prefix) {
        Prepared own = kept.of(adapter);
        own.prefix.ifPresent(Prefix::close);
        own.prefix = Optional.of(prefix);
    }

    private Prepared prepare(Adapter adapter) {
        NDManager memory = module.open();
        if (adapter.isNone()) {
            return new Prepared(memory, Native.none(memory, LORA), new int[MAPS]);
        }
        try (NDManager call = module.open()) {
            NDList lora = module.cast(memory, Native.list(call, fusion.fuse(adapter), LORA), LORA);
            return new Prepared(memory, lora, fusion.ranks(adapter.config()));
        }
    }

    /**
     * The adapters of a batch.
     *
     * @param lora the matrices of all adapters, stacked
     * @param owners for each fused map [rows, ranks], 1 where a stacked column is the row's own and 0 elsewhere; a list that
     *     stands for none where all rows share one adapter
     */
    record Stack(NDList lora, NDList owners) {}

    /**
     * Stacks the adapters of a batch.
     *
     * @param memory will own what is made for the batch
     * @param rows the adapter of each row
     */
    Stack stack(NDManager memory, List<Adapter> rows) {
        List<Adapter> distinct = new ArrayList<>(new LinkedHashSet<>(rows));
        if (distinct.size() == 1) {
            return new Stack(lora(distinct.get(0)), Native.none(memory, OWNERS));
        }
        distinct.removeIf(Adapter::isNone);
        List<Prepared> parts = distinct.stream().map(kept::of).toList();
        NDList lora = parts.get(0).lora;
        if (parts.size() > 1) {
            // The first input's manager, which is an adapter's, owns the result until it is attached to "memory".
            NDList inputs = new NDList();
            parts.forEach(part -> inputs.addAll(part.lora));
            lora = module.run("stack", Native.Mode.INFERENCE, inputs);
            lora.attach(memory);
            lora.forEach(matrix -> Native.named(matrix, LORA));
        }
        NDList owners = new NDList();
        for (int map = 0; map < MAPS; map++) {
            owners.add(Native.named(owners(memory, rows, distinct, parts, map), LORA));
        }
        return new Stack(lora, module.cast(memory, owners, OWNERS));
    }

    private NDArray owners(
            NDManager memory, List<Adapter> rows, List<Adapter> distinct, List<Prepared> parts, int map) {
        int width = parts.stream().mapToInt(part -> part.ranks[map]).sum();
        float[] owners = new float[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            int column = 0;
            for (int part = 0; part < parts.size(); part++) {
                int ranks = parts.get(part).ranks[map];
                if (distinct.get(part) == rows.get(row)) {
                    Arrays.fill(owners, row * width + column, row * width + column + ranks, 1);
                }
                column += ranks;
            }
        }
        return memory.create(owners, new Shape(rows.size(), width));
    }

    /** Frees adapters that no row uses, least recently used first, until few enough are left. */
    void forget(List<Adapter> used) {
        kept.forget(used);
    }

    @Override
    public void close() {
        kept.close();
    }
}
