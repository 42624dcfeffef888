package io.marft.bench.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A batch of prompts read and continued, sampling at temperature 1 from the whole vocabulary.
 *
 * <p>It asks the decoder itself, below {@link io.marft.policy.LanguageModel}, which would end a continuation at the model's
 * end tokens: so each is exactly as long as was asked for, and the checkpoint needs no tokenizer.
 */
final class Decoding implements Repetition {

    private final Decoder decoder;
    private final Workload workload;
    private final RandomInputs inputs;
    private final List<Adapter> adapters;
    private long seed;

    /** @param adapters share the requests */
    Decoding(Decoder decoder, Workload workload, RandomInputs inputs, List<Adapter> adapters) {
        this.decoder = decoder;
        this.workload = workload;
        this.inputs = inputs;
        this.adapters = adapters;
    }

    @Override
    public double run() {
        List<Clock> clocks = new ArrayList<>();
        List<Draw> draws = new ArrayList<>();
        for (int[] prompt : inputs.prompts()) {
            Clock clock = new Clock();
            clocks.add(clock);
            GenerationRequest request = new GenerationRequest(prompt, Sampling.plain(workload.newTokens()), seed++);
            draws.add(new Draw(request, Set.of(), clock::tick));
        }
        List<CompletableFuture<Generation>> results = new ArrayList<>();
        int share = (draws.size() + adapters.size() - 1) / adapters.size();
        for (int i = 0; i < draws.size(); i += share) {
            List<Draw> own = draws.subList(i, Math.min(i + share, draws.size()));
            results.addAll(decoder.generate(own, adapters.get(i / share)));
        }
        for (CompletableFuture<Generation> result : results) {
            int made = result.join().tokens().length;
            if (made != workload.newTokens()) {
                throw new IllegalStateException(
                        "a request made " + made + " tokens, not the " + workload.newTokens() + " that were asked for");
            }
        }
        return clocks.stream().mapToDouble(Clock::laterTokensPerSecond).sum();
    }

    /** When one request got its tokens. Ticked by one thread, read after the request's result. */
    private static final class Clock {
        private long first;
        private long last;
        private int tokens;

        /** Never ends a request. */
        boolean tick(int[] output) {
            last = System.nanoTime();
            tokens = output.length;
            if (tokens == 1) {
                first = last;
            }
            return false;
        }

        double laterTokensPerSecond() {
            return tokens < 2 ? 0 : (tokens - 1) * 1e9 / (last - first);
        }
    }
}
