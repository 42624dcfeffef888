package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * One thread that decodes a batch whose rows come and go between two tokens (continuous batching, as in Orca, OSDI 2022).
 *
 * <p>Before each token it lets in what waits, in order of arrival, as long as the cache of keys and values has room for
 * every row at the length of the longest: a prompt's whole length and all the tokens it may draw count from the
 * beginning, so that nothing that was let in ever has to go. New rows are read adapter by adapter, behind what their
 * prompts have in common with earlier ones. Then all rows draw one token together, whatever their adapters; rows that have
 * ended leave, and the last row takes the place of one that left.
 *
 * <p>Thread-safe: {@link #submit} and {@link #load} are for others, all else belongs to the lane's thread.
 */
final class Lane implements AutoCloseable {

    /** The most rows: beyond, a step costs in proportion to them. */
    static final int MOST_ROWS = 256;

    /** The most tokens of a prompt to read at once: its mask takes this many times the prompt's length. */
    static final int PIECE = 2048;

    private static final int ROUNDING = 32;

    private final Native module;
    private final KeyValueCache cache;
    private final ServedAdapters adapters;
    private final Thread thread;
    private final List<Continuation> rows = new ArrayList<>();

    private final Object lock = new Object();
    private final Deque<Continuation> waiting = new ArrayDeque<>();
    private int load;
    private boolean closed;

    /** What of a step's inputs stays while no row comes or goes; closed and made anew when one does. */
    private NDManager composition;

    private NDList draws;
    private ServedAdapters.Stack stack;

    /** @param tokens places in the cache of keys and values */
    Lane(Native module, FusedLora lora, ModelConfig config, DType dtype, int tokens, String name) {
        this.module = module;
        this.cache = new KeyValueCache(module, config, dtype, tokens);
        this.adapters = new ServedAdapters(module, lora);
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** How many requests are under way or wait. */
    int load() {
        synchronized (lock) {
            return load;
        }
    }

    /** Adds requests, each of which must fit into the cache by itself. */
    void submit(List<Continuation> requests) {
        synchronized (lock) {
            if (closed) {
                throw new CancellationException("the model was closed");
            }
            waiting.addAll(requests);
            load += requests.size();
            lock.notifyAll();
        }
    }

    private void run() {
        try {
            while (true) {
                List<Continuation> joining = awaitWork();
                if (joining.isEmpty() && rows.isEmpty()) {
                    break;
                }
                try {
                    join(joining);
                    step();
                } catch (RuntimeException | Error e) {
                    fail(joining, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            fail(List.of(), new CancellationException("the model was closed"));
            release();
            adapters.close();
            cache.close();
        }
    }

    /** The requests that may join now; none, with no rows at work, once the lane is closed. */
    private List<Continuation> awaitWork() throws InterruptedException {
        synchronized (lock) {
            while (!closed && waiting.isEmpty() && rows.isEmpty()) {
                lock.wait();
            }
            List<Continuation> joining = new ArrayList<>();
            if (closed) {
                rows.forEach(
                        row -> row.result().completeExceptionally(new CancellationException("the model was closed")));
                rows.clear();
                return joining;
            }
            int longest =
                    rows.stream().mapToInt(row -> row.draw().slots()).max().orElse(0);
            while (!waiting.isEmpty() && rows.size() + joining.size() < MOST_ROWS) {
                longest = Math.max(longest, waiting.peek().draw().slots());
                if ((long) (rows.size() + joining.size() + 1) * longest > cache.tokens()) {
                    break;
                }
                joining.add(waiting.remove());
            }
            return joining;
        }
    }

    private void join(List<Continuation> joining) {
        if (joining.isEmpty()) {
            return;
        }
        release();
        makeRoom(joining);
        List<Adapter> inOrder =
                joining.stream().map(Continuation::adapter).distinct().toList();
        List<Continuation> sorted = new ArrayList<>(joining);
        sorted.sort(Comparator.<Continuation>comparingInt(request -> inOrder.indexOf(request.adapter()))
                .thenComparingInt(request -> request.draw().prompt().length));
        int from = 0;
        while (from < sorted.size()) {
            Adapter adapter = sorted.get(from).adapter();
            int to = from;
            while (to < sorted.size() && sorted.get(to).adapter() == adapter) {
                to++;
            }
            read(adapter, sorted.subList(from, to));
            from = to;
        }
        leave();
        adapters.forget(rows.stream().map(Continuation::adapter).toList());
    }

    private void makeRoom(List<Continuation> joining) {
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

    /** Reads the prompts of rows of one adapter, shortest first, and draws the first token of each. */
    private void read(Adapter adapter, List<Continuation> group) {
        int first = rows.size();
        List<int[]> prompts = group.stream().map(row -> row.draw().prompt()).toList();
        int shared = adapters.prefix(adapter)
                .map(prefix -> Prefix.shared(prefix.tokens(), prompts))
                .orElse(0);
        shared = shared < Prefix.SHORTEST ? 0 : shared;
        if (shared > 0) {
            cache.lay(adapters.prefix(adapter).orElseThrow().copies(), first, group.size(), shared);
        }
        int from = 0;
        while (from < group.size()) {
            int to = from + 1;
            while (to < group.size() && fits(to + 1 - from, prompts.get(to).length - shared)) {
                to++;
            }
            prefill(adapter, group.subList(from, to), shared);
            from = to;
        }
        learn(adapter, prompts, first, shared);
    }

    private boolean fits(int prompts, int length) {
        return length <= PIECE && prompts * length <= module.microBatch();
    }

    /** Keeps what these prompts share with each other or with earlier ones, if that is news. */
    private void learn(Adapter adapter, List<int[]> prompts, int row, int shared) {
        int known =
                adapters.prefix(adapter).map(prefix -> prefix.tokens().length).orElse(0);
        int most = cache.tokens() / 8 / ServedAdapters.KEPT;
        int common = Math.min(most, Prefix.shared(prompts.get(0), prompts));
        boolean several = prompts.size() > 1;
        int length = shared > 0 && (!several || common < shared + Prefix.SHORTEST) ? shared : common;
        if (length >= Prefix.SHORTEST && (length != known || shared == 0)) {
            adapters.learn(adapter, Prefix.of(module, cache, row, prompts.get(0), length));
        }
    }

    /** Reads prompts from position {@code past} on; a single long one piece by piece. */
    private void prefill(Adapter adapter, List<Continuation> group, int past) {
        int longest = group.get(group.size() - 1).draw().prompt().length;
        int from = past;
        while (longest - from > PIECE && group.size() == 1) {
            prefill(adapter, group, from, from + PIECE).close();
            from += PIECE;
        }
        try (NDManager call = module.open()) {
            NDList drawn = prefill(adapter, group, from, longest);
            drawn.attach(call);
            rows.addAll(group);
            add(group, drawn);
        }
    }

    private NDList prefill(Adapter adapter, List<Continuation> group, int from, int to) {
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
                    Native.size(call, rows.size()));
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

    /** One token more for every row. */
    private void step() {
        if (rows.isEmpty()) {
            return;
        }
        if (composition == null) {
            compose();
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
            if (add(rows, module.run("advance", Native.Mode.INFERENCE, inputs))) {
                release();
                leave();
            }
        }
    }

    /** Hands drawn tokens to their rows; true if one has ended. */
    private static boolean add(List<Continuation> rows, NDList drawn) {
        long[] tokens = drawn.get(0).toLongArray();
        float[] logProbs = drawn.get(1).toFloatArray();
        boolean ended = false;
        for (int b = 0; b < tokens.length; b++) {
            ended |= rows.get(b).add((int) tokens[b], logProbs[b]);
        }
        return ended;
    }

    /** Takes rows out that have ended. */
    private void leave() {
        int before = rows.size();
        for (int row = rows.size() - 1; row >= 0; row--) {
            if (rows.get(row).result().isDone()) {
                Continuation last = rows.remove(rows.size() - 1);
                if (row < rows.size()) {
                    cache.move(rows.size(), row, last.lastPosition());
                    rows.set(row, last);
                }
            }
        }
        synchronized (lock) {
            load -= before - rows.size();
        }
    }

    private void compose() {
        composition = module.open();
        draws = DrawInputs.of(composition, rows);
        stack = adapters.stack(
                composition, rows.stream().map(Continuation::adapter).toList());
    }

    private void release() {
        if (composition != null) {
            composition.close();
            composition = null;
        }
    }

    /** After an error of libtorch nothing in the cache can be trusted: all that is under way fails with it. */
    private void fail(List<Continuation> joining, Throwable error) {
        release();
        List<Continuation> failed = new ArrayList<>(rows);
        joining.stream().filter(request -> !rows.contains(request)).forEach(failed::add);
        rows.clear();
        synchronized (lock) {
            if (closed) {
                failed.addAll(waiting);
                waiting.clear();
            }
            load -= failed.size();
        }
        // Without the lock: who waits for them may submit to another lane, which may be failing too.
        failed.forEach(request -> request.result().completeExceptionally(error));
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
