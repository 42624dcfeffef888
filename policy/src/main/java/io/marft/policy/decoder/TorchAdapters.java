package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.generate.AdapterCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * The adapters that a lane's rows decode with, in native memory, and as one for a batch that mixes them: their matrices are
 * stacked, and a row's products with what is not its own are multiplied by zero. The owner of that memory; belongs to
 * its lane's thread.
 */
final class TorchAdapters implements AutoCloseable {

    private static final String LORA = "lora[]";
    private static final String OWNERS = "owners[]";
    private static final int MAPS = 4;

    private final Native module;
    private final FusedLora fusion;
    private final AdapterCache<Prepared> kept = new AdapterCache<>(this::prepare, Prepared::close);

    TorchAdapters(Native module, FusedLora fusion) {
        this.module = module;
        this.fusion = fusion;
    }

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

    /** One adapter's matrices, as an input of the module's methods. */
    NDList lora(Adapter adapter) {
        return kept.of(adapter).lora;
    }

    /** What prompts of an adapter were seen to have in common. */
    Optional<Prefix> prefix(Adapter adapter) {
        return kept.of(adapter).prefix;
    }

    /** Replaces what prompts of an adapter have in common. */
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
     * @param lora the matrices of all of them, stacked
     * @param owners which of the stacked columns are each row's own; nothing where all rows share one adapter
     */
    record Stack(NDList lora, NDList owners) {}

    /**
     * The adapters of a batch as one.
     *
     * @param memory will own what is made for it
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
            // The first input's manager owns the result.
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
