package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The lanes that decode: one for a large model, whose every step uses all processors; for a small one as many as there are
 * processors, each with its share of the requests. Thread-safe. Nothing is reserved before the first request.
 */
public final class Lanes implements AutoCloseable {

    private final IntFunction<Passes> passes;
    private final int count;
    private final int tokens;
    private List<Lane> lanes = List.of();
    private boolean closed;

    /**
     * @param passes makes what a lane computes with, whose rows may take so many places
     * @param count of lanes
     * @param cacheBytes memory for keys and values of all lanes
     */
    public Lanes(IntFunction<Passes> passes, int count, Checkpoint checkpoint, long cacheBytes) {
        this.passes = passes;
        this.count = count;
        ModelConfig config = checkpoint.config();
        long tokenBytes = 2L
                * config.layers()
                * config.kvHeads()
                * config.headSize()
                * checkpoint.dtype().size();
        // Up to an eighth more goes to what prompts have in common.
        this.tokens = (int) Math.min(Integer.MAX_VALUE / 2, cacheBytes / tokenBytes / count * 8 / 9);
    }

    /** Shares requests out, each to the lane that has fewest. */
    public List<CompletableFuture<Drawn>> submit(List<Draw> draws, Adapter adapter) {
        List<Continuation> requests =
                draws.stream().map(draw -> new Continuation(draw, adapter)).toList();
        List<Lane> all = lanes();
        int[] loads = all.stream().mapToInt(Lane::load).toArray();
        List<List<Continuation>> shares = new ArrayList<>();
        all.forEach(lane -> shares.add(new ArrayList<>()));
        for (Continuation request : requests) {
            if (request.draw().slots() > tokens) {
                request.result().completeExceptionally(tooLarge(request.draw()));
                continue;
            }
            int least = IntStream.range(0, loads.length)
                    .reduce((a, b) -> loads[b] < loads[a] ? b : a)
                    .orElseThrow();
            shares.get(least).add(request);
            loads[least]++;
        }
        for (int i = 0; i < all.size(); i++) {
            if (!shares.get(i).isEmpty()) {
                all.get(i).submit(shares.get(i));
            }
        }
        return requests.stream().map(Continuation::result).toList();
    }

    private IllegalArgumentException tooLarge(Draw draw) {
        return new IllegalArgumentException("Prompt of " + draw.prompt().length + " tokens and " + draw.limit()
                + " new ones need more keys and values than the " + tokens
                + " that there is memory for: raise --cache-memory, or shorten the prompt or maxNewTokens");
    }

    private synchronized List<Lane> lanes() {
        if (closed) {
            throw new IllegalStateException("The model was closed");
        }
        if (lanes.isEmpty()) {
            lanes = IntStream.range(0, count)
                    .mapToObj(i -> new Lane(passes.apply(tokens), "decoding-" + i))
                    .toList();
        }
        return lanes;
    }

    /** Waits for the lanes' threads without holding what they would need in order to refuse another request. */
    @Override
    public void close() {
        List<Lane> all;
        synchronized (this) {
            closed = true;
            all = lanes;
        }
        all.forEach(Lane::close);
    }
}
