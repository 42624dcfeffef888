package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Continuation;
import io.marft.policy.generate.Passes;
import java.util.Arrays;
import java.util.List;

/** The passes of a lane in libtorch: for any model, on any device. */
final class TorchPasses implements Passes {

    /** The most tokens of a prompt that are read at once: their mask takes this many times the prompt's length. */
    static final int PIECE = 2048;

    /** Places of a row are rounded up to this, so that the cache is not laid out anew for each request. */
    private static final int ROUNDING = 32;

    private final Native module;
    private final KeyValueCache cache;
    private final TorchAdapters adapters;

    /** Owns the inputs of a step that stay the same while no row comes or goes; null until they are made. */
    private NDManager composition;

    private NDList draws;
    private TorchAdapters.Stack stack;

    /** @param tokens how many places the cache of keys and values has */
    TorchPasses(Native module, FusedLora lora, ModelConfig config, DType dtype, int tokens) {
        this.module = module;
        this.cache = new KeyValueCache(module, config, dtype, tokens);
        this.adapters = new TorchAdapters(module, lora);
    }

    @Override
    public int tokens() {
        return cache.tokens();
    }

    @Override
    public void makeRoom(List<Continuation> rows, List<Continuation> joining) {
        clear();
        int count = rows.size() + joining.size();
        int longest = Math.max(
                rows.stream().mapToInt(row -> row.draw().slots()).max().orElse(0),
                joining.stream().mapToInt(row -> row.draw().slots()).max().orElse(0));
        if (cache.slots() >= longest && (long) cache.slots() * count <= cache.tokens()) {
            return;
        }
        int rounded = (longest + ROUNDING - 1) / ROUNDING * ROUNDING;
        int slots = (long) rounded * count <= cache.tokens() ? rounded : longest;
        cache.resize(slots, rows.stream().mapToInt(Continuation::lastPosition).toArray());
    }

    @Override
    public int[] prefix(Adapter adapter) {
        return adapters.prefix(adapter).map(Prefix::tokens).orElse(new int[0]);
    }

    @Override
    public void learn(Adapter adapter, int row, int[] tokens) {
        adapters.learn(adapter, Prefix.of(module, cache, row, tokens));
    }

    @Override
    public void read(Adapter adapter, List<Continuation> group, int first, int shared) {
        if (shared > 0) {
            cache.lay(adapters.prefix(adapter).orElseThrow().copies(), first, group.size(), shared);
        }
        int from = 0;
        while (from < group.size()) {
            int to = from + 1;
            while (to < group.size() && fits(to + 1 - from, group.get(to).draw().prompt().length - shared)) {
                to++;
            }
            prefill(adapter, group.subList(from, to), first + from, shared);
            from = to;
        }
    }

    private boolean fits(int prompts, int length) {
        return length <= PIECE && prompts * length <= module.microBatch();
    }

    /** Reads prompts from position {@code past} on; a long one, which is alone in its group, piece by piece. */
    private void prefill(Adapter adapter, List<Continuation> group, int first, int past) {
        int longest = group.get(group.size() - 1).draw().prompt().length;
        int from = past;
        while (longest - from > PIECE && group.size() == 1) {
            prefill(adapter, group, first, from, from + PIECE).close();
            from += PIECE;
        }
        try (NDManager call = module.open()) {
            NDList drawn = prefill(adapter, group, first, from, longest);
            drawn.attach(call);
            add(group, drawn);
        }
    }

    /** Reads the prompts' tokens of positions {@code from} to {@code to}, and draws what follows each prompt that ends there. */
    private NDList prefill(Adapter adapter, List<Continuation> group, int first, int from, int to) {
        try (NDManager call = module.open()) {
            int length = to - from;
            long[] ids = new long[Math.multiplyExact(group.size(), length)];
            long[] lengths = new long[group.size()];
            for (int b = 0; b < group.size(); b++) {
                int[] prompt = group.get(b).draw().prompt();
                int own = Math.min(prompt.length, to) - from;
                lengths[b] = own;
                for (int i = 0; i < own; i++) {
                    ids[b * length + i] = prompt[from + i];
                }
            }
            NDList inputs = new NDList(
                    call.create(ids, new Shape(group.size(), length)),
                    call.create(lengths),
                    Native.size(call, cache.slots()),
                    Native.size(call, from),
                    Native.size(call, first));
            inputs.addAll(DrawInputs.of(call, group));
            boolean last = to == group.get(group.size() - 1).draw().prompt().length;
            inputs.add(last ? DrawInputs.uniforms(call, group) : DrawInputs.noUniforms(call, group));
            inputs.addAll(adapters.lora(adapter));
            inputs.addAll(cache.parts());
            NDList drawn = module.run("prefill", Native.Mode.INFERENCE, inputs);
            drawn.detach();
            return drawn;
        }
    }

    @Override
    public boolean advance(List<Continuation> rows) {
        if (composition == null) {
            compose(rows);
        }
        try (NDManager call = module.open()) {
            long[] tokens = rows.stream().mapToLong(Continuation::lastToken).toArray();
            long[] where = rows.stream().mapToLong(Continuation::lastPosition).toArray();
            int span = 1 + (int) Arrays.stream(where).max().orElseThrow();
            NDList inputs = new NDList(
                    call.create(tokens), call.create(where), Native.size(call, cache.slots()), Native.size(call, span));
            inputs.addAll(draws);
            inputs.add(DrawInputs.uniforms(call, rows));
            inputs.addAll(stack.owners());
            inputs.addAll(stack.lora());
            inputs.addAll(cache.parts());
            return add(rows, module.run("advance", Native.Mode.INFERENCE, inputs));
        }
    }

    /** Adds drawn tokens to their rows; true if a row has ended. */
    private static boolean add(List<Continuation> rows, NDList drawn) {
        long[] tokens = drawn.get(0).toLongArray();
        float[] logProbs = drawn.get(1).toFloatArray();
        boolean ended = false;
        for (int b = 0; b < tokens.length; b++) {
            ended |= rows.get(b).add((int) tokens[b], logProbs[b]);
        }
        return ended;
    }

    private void compose(List<Continuation> rows) {
        composition = module.open();
        draws = DrawInputs.of(composition, rows);
        stack = adapters.stack(
                composition, rows.stream().map(Continuation::adapter).toList());
    }

    @Override
    public void replace(int row, int last, int span) {
        clear();
        if (row < last) {
            cache.move(last, row, span);
        }
    }

    @Override
    public void clear() {
        if (composition != null) {
            composition.close();
            composition = null;
        }
    }

    @Override
    public void forget(List<Adapter> used) {
        adapters.forget(used);
    }

    @Override
    public void close() {
        clear();
        adapters.close();
        cache.close();
    }
}
