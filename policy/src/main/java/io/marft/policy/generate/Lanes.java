package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The lanes that decode. A large model has one lane, whose every step uses all processors. A small one has as many lanes as
 * there are processors, each with its share of the requests. Thread-safe. No memory is reserved before the first request.
 */
public final class Lanes implements AutoCloseable {

    private final Context context;
    private final IntFunction<Passes> passes;
    private final int count;
    private final int tokens;
    private List<Lane> lanes = List.of();
    private boolean closed;

    /**
     * Makes lanes for a model.
     *
     * @param passes makes what a lane computes with, given the number of places that the lane's rows may take
     * @param count number of lanes
     * @param checkpoint the model
     * @param cacheBytes memory for keys and values of all lanes together
     */
    public Lanes(IntFunction<Passes> passes, int count, Checkpoint checkpoint, long cacheBytes) {
        this.passes = passes;
        this.count = count;
        ModelConfig config = checkpoint.config();
        this.context = Context.of(config);
        long tokenBytes = 2L
                * config.layers()
                * config.kvHeads()
                * config.headSize()
                * checkpoint.dtype().size();
        // The beginnings that prompts have in common take up to an eighth more.
        this.tokens = (int) Math.min(Integer.MAX_VALUE / 2, cacheBytes / tokenBytes / count * 8 / 9);
    }

    /**
     * Gives each request to the lane that has fewest.
     *
     * @return in the order of the requests; one that cannot be begun fails with an {@link IllegalArgumentException} and holds
     *     none of the others back; one that is cancelled is generated no further
     */
    public List<CompletableFuture<Generation>> submit(List<Draw> draws, Adapter adapter) {
        List<Continuation> requests =
                draws.stream().map(draw -> new Continuation(draw, adapter)).toList();
        List<Lane> all = lanes();
        int[] loads = all.stream().mapToInt(Lane::load).toArray();
        List<List<Continuation>> shares = new ArrayList<>();
        all.forEach(lane -> shares.add(new ArrayList<>()));
        for (Continuation request : requests) {
            Optional<IllegalArgumentException> refusal = refusal(request.draw().request());
            if (refusal.isPresent()) {
                request.result().completeExceptionally(refusal.get());
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

    private Optional<IllegalArgumentException> refusal(GenerationRequest request) {
        try {
            context.check(request);
        } catch (IllegalArgumentException e) {
            return Optional.of(e);
        }
        if (request.slots() <= tokens) {
            return Optional.empty();
        }
        return Optional.of(new IllegalArgumentException("Prompt of " + request.prompt().length + " tokens and "
                + request.sampling().maxNewTokens() + " new ones need more keys and values than the " + tokens
                + " that there is memory for: raise --cache-memory, or shorten the prompt or maxNewTokens"));
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

    /** Waits for the lanes' threads, without the lock that they need in order to refuse another request. */
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
