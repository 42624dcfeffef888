package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.Family;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.ModelOptions.Use;
import io.marft.policy.decoder.Requests.Request;
import io.marft.policy.decoder.vector.VectorModel;
import io.marft.policy.generate.AdapterCache;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that come and go give what each gives alone. The timeout is for those that would wait for ever. */
@Timeout(120)
class ContinuousBatchingTest {

    private static final int[] NOTHING = {};

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldAnswerAsAloneWhoeverJoinsAndLeaves(Family family) {
        ModelConfig config = TinyModels.config(family);
        List<Request> requests = requests(config, 72);

        for (int threads : new int[] {1, 2}) {
            try (Decoder decoder = decoder(threads, 1 << 24)) {
                assertAnswered(requests, submitInWaves(requests, decoder));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldAnswerAllWhereOnlyTwoOrThreeFitIntoTheCache(Family family) {
        ModelConfig config = TinyModels.config(family);
        List<Request> requests = requests(config, 48);

        // The longest request takes 80 + 40 - 1.
        try (Decoder decoder = decoder(1, bytes(config, 2 * 119 + 60))) {
            assertAnswered(requests, submitInWaves(requests, decoder));
        }
    }

    /** Only Java's own passes promise it: libtorch's products depend on how many rows they have. */
    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldGiveTheSameBitsWhoeverSharesTheBatch(Family family) {
        ModelConfig config = TinyModels.config(family);
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        assumeTrue(VectorModel.fits(Checkpoint.read(directory)), "no vectors in this JVM");
        SplittableRandom random = new SplittableRandom(11);
        List<Adapter> adapters = Requests.adapters(config);
        Options cut = new Options(0.8f, 20, 0.9f, 0.02f);
        List<Request> requests = IntStream.range(0, 72)
                .mapToObj(i -> {
                    int[] prompt = random.ints(1 + random.nextInt(80), 5, 100).toArray();
                    Draw draw = (i % 2 == 0 ? Options.PLAIN : cut).draw(prompt, i, 1 + random.nextInt(40));
                    return new Request(draw, adapters.get(i % adapters.size()), NOTHING);
                })
                .toList();

        try (Decoder alone = decoder(1, 1 << 24);
                Decoder shared = decoder(2, 1 << 24)) {
            List<CompletableFuture<Generation>> together = submitInWaves(requests, shared);
            for (int i = 0; i < requests.size(); i++) {
                Generation expected = requests.get(i).submit(alone).join();
                assertArrayEquals(expected.tokens(), together.get(i).join().tokens());
                assertArrayEquals(expected.logProbs(), together.get(i).join().logProbs());
            }
        }
    }

    @Test
    void shouldLetNothingOvertakeARequestThatNeedsTheWholeCache() {
        ModelConfig config = TinyModels.config();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        try (Decoder decoder = decoder(1, bytes(config, 110))) {
            List<Draw> draws = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                boolean whole = i == 10;
                draws.add(Options.PLAIN.draw(new int[whole ? 80 : 5], i, whole ? 30 : 1 + i % 4));
            }
            List<CompletableFuture<Void>> noted = new ArrayList<>();
            List<CompletableFuture<Generation>> drawn = decoder.generate(draws, Adapter.none());
            for (int i = 0; i < drawn.size(); i++) {
                int request = i;
                noted.add(drawn.get(i).thenAccept(done -> order.add(request)));
            }
            noted.forEach(CompletableFuture::join);
        }

        assertEquals(10, order.indexOf(10), order.toString());
        assertEquals(55 - 10, order.subList(0, 10).stream().mapToInt(i -> i).sum());
    }

    @Test
    void shouldRefuseOnlyTheRequestThatCanNeverFit() {
        ModelConfig config = TinyModels.config();
        List<Request> requests = requests(config, 6);
        try (Decoder decoder = decoder(1, bytes(config, 120))) {
            List<CompletableFuture<Generation>> before =
                    requests.stream().map(request -> request.submit(decoder)).toList();
            Draw fits = Options.PLAIN.draw(new int[100], 1, 21);
            Draw tooLarge = Options.PLAIN.draw(new int[100], 1, 22);

            List<CompletableFuture<Generation>> drawn = decoder.generate(List.of(tooLarge, fits), Adapter.none());

            Exception thrown = assertThrows(CompletionException.class, drawn.get(0)::join);
            assertInstanceOf(IllegalArgumentException.class, thrown.getCause());
            assertEquals(
                    "Prompt of 100 tokens and 22 new ones need more keys and values than the 120 that there is memory for:"
                            + " raise --cache-memory, or shorten the prompt or maxNewTokens",
                    thrown.getCause().getMessage());
            assertEquals(21, drawn.get(1).join().tokens().length);
            assertAnswered(requests, before);
        }
    }

    @Test
    void shouldFreeAndPrepareAdaptersAgainWhereMoreTakeTurnsThanAreKept() {
        ModelConfig config = TinyModels.config();
        List<Adapter> adapters = IntStream.range(0, AdapterCache.KEPT + 4)
                .mapToObj(i -> Requests.adapter(
                        new LoraConfig(1 + i % 5, 4, List.of(i % 2 == 0 ? "q_proj" : "down_proj", "v_proj")),
                        config,
                        i))
                .toList();
        List<Request> requests = requests(config, 3 * adapters.size(), adapters);
        try (Decoder decoder = decoder(1, 1 << 24)) {
            for (Request request : requests) {
                request.assertAnswered(request.submit(decoder).join());
            }
            assertAnswered(requests, submitInWaves(requests, decoder));
        }
    }

    @Test
    void shouldAnswerBehindCommonBeginningsAsWithoutThem() {
        ModelConfig config = TinyModels.config();
        List<Adapter> adapters = Requests.adapters(config);
        List<int[]> beginnings = beginnings(config);
        List<List<Request>> batches = new ArrayList<>();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        try (Decoder alone = decoder(1, 1 << 24)) {
            Requests requests = new Requests(alone, 3);
            for (int[] beginning : beginnings) {
                batches.add(batch(requests, 10, i -> adapters.get(1), i -> beginning));
            }
            batches.add(batch(requests, 12, i -> adapters.get(i % 3), i -> beginnings.get(0)));
            batches.add(batch(requests, 12, i -> adapters.get(i % 3), i -> beginnings.get(i % 3)));
            batches.add(batch(requests, 4, i -> adapters.get(1), i -> NOTHING));
            batches.add(batch(requests, 8, i -> adapters.get(i % 2), i -> beginnings.get(0)));
        }

        try (Decoder decoder = decoder(1, 1 << 24)) {
            for (List<Request> batch : batches) {
                List<CompletableFuture<Generation>> drawn =
                        batch.stream().map(request -> request.submit(decoder)).toList();
                assertAnswered(batch, drawn);
            }
            for (List<Request> batch : batches) {
                batch.forEach(request ->
                        request.assertAnswered(request.submit(decoder).join()));
            }
            assertAnswered(batches.get(0), together(batches.get(0), decoder));
            assertAnswered(batches.get(2), together(batches.get(2), decoder));
            assertAnswered(batches.get(0), together(batches.get(0), decoder));
        }
    }

    /** One; one that shares half of it; another. */
    private static List<int[]> beginnings(ModelConfig config) {
        SplittableRandom random = new SplittableRandom(9);
        int[] first = random.ints(50, 5, config.vocabSize()).toArray();
        int[] second = first.clone();
        for (int i = 25; i < second.length; i++) {
            second[i] = 5 + random.nextInt(90);
        }
        return List.of(first, second, random.ints(40, 5, config.vocabSize()).toArray());
    }

    private static List<Request> batch(
            Requests requests, int count, IntFunction<Adapter> adapter, IntFunction<int[]> beginning) {
        return IntStream.range(0, count)
                .mapToObj(i -> requests.next(adapter.apply(i), beginning.apply(i), 20, 12))
                .toList();
    }

    /** Submits requests of one adapter in one call, so that they join together. */
    private static List<CompletableFuture<Generation>> together(List<Request> batch, Decoder decoder) {
        return decoder.generate(
                batch.stream().map(Request::draw).toList(), batch.get(0).adapter());
    }

    private List<Request> requests(ModelConfig config, int count) {
        return requests(config, count, Requests.adapters(config));
    }

    private List<Request> requests(ModelConfig config, int count, List<Adapter> adapters) {
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        try (Decoder alone = decoder(1, 1 << 24)) {
            return new Requests(alone, 7).mixed(count, adapters, 80, 40);
        }
    }

    /** Four threads, each in three waves, each wave while the one before is under way. */
    private static List<CompletableFuture<Generation>> submitInWaves(List<Request> requests, Decoder decoder) {
        List<CompletableFuture<List<CompletableFuture<Generation>>>> threads = new ArrayList<>();
        int share = requests.size() / 4;
        for (int thread = 0; thread < 4; thread++) {
            List<Request> own = requests.subList(thread * share, (thread + 1) * share);
            threads.add(CompletableFuture.supplyAsync(() -> {
                List<CompletableFuture<Generation>> drawn = new ArrayList<>();
                int wave = (share + 2) / 3;
                for (int i = 0; i < own.size(); i++) {
                    if (i > 0 && i % wave == 0) {
                        drawn.get(i - wave).join();
                    }
                    drawn.add(own.get(i).submit(decoder));
                }
                return drawn;
            }));
        }
        return threads.stream().flatMap(thread -> thread.join().stream()).toList();
    }

    private static void assertAnswered(List<Request> requests, List<CompletableFuture<Generation>> drawn) {
        assertEquals(requests.size(), drawn.size());
        for (int i = 0; i < requests.size(); i++) {
            requests.get(i).assertAnswered(drawn.get(i).join());
        }
    }

    private Decoder decoder(int threads, long cacheBytes) {
        ModelOptions options = new ModelOptions("auto", threads, Use.SERVING, cacheBytes, 0);
        return new Decoder(Checkpoint.read(directory), options);
    }

    /** Memory for so many places of one lane, an eighth of it for beginnings. */
    private static long bytes(ModelConfig config, int places) {
        long place = 2L * config.layers() * config.kvHeads() * config.headSize() * Float.BYTES;
        return (places * place * 9 + 7) / 8;
    }
}
