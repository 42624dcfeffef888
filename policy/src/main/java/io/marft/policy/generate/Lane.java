package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
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
 * <p>Before each token it lets in waiting requests, in order of arrival, as long as the cache of keys and values has room for
 * every row at the length of the longest. A prompt's whole length and all the tokens that it may draw count from the
 * beginning, so no row ever has to give up its place. New rows are read adapter by adapter; what their prompts have in common
 * with earlier ones is copied, not computed again. Then all rows draw one token together, whatever their adapters. Rows that
 * have ended leave, and the last row takes the place of one that left. A request whose result is cancelled ends, too.
 *
 * <p>Thread-safe: {@link #submit}, {@link #load} and {@link #close} are for other threads, all else belongs to the lane's own.
 * Results complete on the lane's thread, outside of its lock.
 */
public final class Lane implements AutoCloseable {

    /** The most rows. Beyond this number a step's cost grows in proportion to them, so more would gain nothing. */
    static final int MOST_ROWS = 256;

    /** Tokens of the shortest common beginning of prompts that is worth copying. */
    private static final int SHORTEST = 4;

    private final Passes passes;
    private final Thread thread;
    private final List<Continuation> rows = new ArrayList<>();

    private final Object lock = new Object();
    private final Deque<Continuation> waiting = new ArrayDeque<>();
    private int load;
    private boolean closed;

    /** @param passes what the lane computes with; the lane closes it at its end */
    Lane(Passes passes, String name) {
        this.passes = passes;
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
            while (awaitWork()) {
                List<Continuation> joining = admit();
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
            passes.close();
        }
    }

    /** Waits until there is something to do; false once the lane is closed, whatever is under way then. */
    private boolean awaitWork() throws InterruptedException {
        synchronized (lock) {
            while (!closed && waiting.isEmpty() && rows.isEmpty()) {
                lock.wait();
            }
            return !closed;
        }
    }

    /** Takes the requests that may join now from those that wait. */
    private List<Continuation> admit() {
        synchronized (lock) {
            List<Continuation> joining = new ArrayList<>();
            int longest =
                    rows.stream().mapToInt(row -> row.draw().slots()).max().orElse(0);
            int before = waiting.size();
            waiting.removeIf(request -> request.result().isDone());
            load -= before - waiting.size();
            while (!waiting.isEmpty() && rows.size() + joining.size() < MOST_ROWS) {
                longest = Math.max(longest, waiting.peek().draw().slots());
                if ((long) (rows.size() + joining.size() + 1) * longest > passes.tokens()) {
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
        passes.makeRoom(rows, joining);
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
        passes.forget(rows.stream().map(Continuation::adapter).toList());
    }

    /** Reads the prompts of rows of one adapter, shortest first, and draws the first token of each. */
    private void read(Adapter adapter, List<Continuation> group) {
        int first = rows.size();
        int[] prefix = passes.prefix(adapter);
        List<int[]> prompts = group.stream().map(row -> row.draw().prompt()).toList();
        int shared = shared(prefix, prompts);
        shared = shared < SHORTEST ? 0 : shared;
        passes.read(adapter, group, first, shared);
        rows.addAll(group);
        learn(adapter, prompts, first, shared, prefix.length);
    }

    /** Keeps the beginning that these prompts share with each other or with earlier ones, unless it is kept already. */
    private void learn(Adapter adapter, List<int[]> prompts, int row, int shared, int known) {
        int[] prompt = prompts.get(0);
        int most = passes.tokens() / 8 / AdapterCache.KEPT;
        int common = Math.min(most, shared(prompt, prompts));
        boolean several = prompts.size() > 1;
        int length = shared > 0 && (!several || common < shared + SHORTEST) ? shared : common;
        if (length >= SHORTEST && (length != known || shared == 0)) {
            passes.learn(adapter, row, Arrays.copyOf(prompt, length));
        }
    }

    /** How many of {@code tokens} all prompts begin with; at least one token of each prompt is left over. */
    private static int shared(int[] tokens, List<int[]> prompts) {
        int shared = tokens.length;
        for (int[] prompt : prompts) {
            int mismatch = Arrays.mismatch(tokens, 0, shared, prompt, 0, prompt.length - 1);
            shared = mismatch < 0 ? shared : mismatch;
        }
        return shared;
    }

    /** Draws one token more for every row. */
    private void step() {
        if (rows.isEmpty()) {
            return;
        }
        boolean ended = passes.advance(rows);
        if (ended || rows.stream().anyMatch(row -> row.result().isCancelled())) {
            leave();
        }
    }

    /** Takes rows out that have ended, or whose results were cancelled. */
    private void leave() {
        int before = rows.size();
        for (int row = rows.size() - 1; row >= 0; row--) {
            if (rows.get(row).result().isDone()) {
                Continuation last = rows.remove(rows.size() - 1);
                passes.replace(row, rows.size(), last.lastPosition());
                if (row < rows.size()) {
                    rows.set(row, last);
                }
            }
        }
        synchronized (lock) {
            load -= before - rows.size();
        }
    }

    /** Fails everything that is under way: after an error of a pass nothing in the cache can be trusted. */
    private void fail(List<Continuation> joining, Throwable error) {
        passes.clear();
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
        // Outside of the lock: whoever waits for a result may submit to another lane, which may be failing too.
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
