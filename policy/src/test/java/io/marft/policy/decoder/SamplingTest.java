package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn against the exact distribution, on both sides of 1024 tokens, from where on not all of them are sorted. */
class SamplingTest {

    private static final int SMALL = TinyModels.config().vocabSize();
    private static final int LARGE = 3000;
    private static final int[] PROMPT = {3, 40, 41, 42, 4};

    private static final List<Options> OF_SMALL = List.of(
            Options.PLAIN,
            new Options(1.7f, 0, 1, 0),
            new Options(2, 7, 1, 0),
            new Options(2, 0, 0.8f, 0),
            new Options(2, 0, 1, 0.05f),
            new Options(1.5f, 40, 0.9f, 0.03f));

    /** Those that keep up to 1024 tokens, and those that keep more. */
    private static final List<Options> OF_LARGE = List.of(
            Options.PLAIN,
            new Options(0.8f, 0, 1, 0),
            new Options(1.2f, 50, 1, 0),
            new Options(1, 0, 0.5f, 0),
            new Options(1, 0, 1, 0.1f),
            new Options(0.9f, 60, 0.9f, 0.05f),
            new Options(1.5f, 2000, 1, 0),
            new Options(1.5f, 0, 0.94f, 0),
            new Options(1.5f, 0, 1, 0.005f),
            new Options(1.5f, 2500, 0.98f, 0.001f));

    @TempDir
    static Path directory;

    private static Decoder small;
    private static Decoder large;

    @BeforeAll
    static void load() {
        small = decoder(TinyModels.config());
        large = decoder(ModelConfig.qwen2(32, 1, 4, 2, 48, LARGE, 1e-6, 10_000, 128, true, List.of(1), 0));
    }

    private static Decoder decoder(ModelConfig config) {
        Path own = directory.resolve("" + config.vocabSize());
        Checkpoint.write(own, config, TinyModels.weights(config, 2));
        return new Decoder(Checkpoint.read(own), ModelOptions.DEFAULT.withThreads(1));
    }

    @AfterAll
    static void close() {
        small.close();
        large.close();
    }

    static Stream<Options> ofSmall() {
        return OF_SMALL.stream();
    }

    static Stream<Options> ofLarge() {
        return OF_LARGE.stream();
    }

    @ParameterizedTest
    @MethodSource("ofSmall")
    void shouldDrawFromTheExactDistribution(Options options) {
        drawAndJudge(small, List.of(options), 6000);
    }

    @ParameterizedTest
    @MethodSource("ofLarge")
    void shouldDrawFromTheExactDistributionOverALargeVocabulary(Options options) {
        drawAndJudge(large, List.of(options), 4000);
    }

    @Test
    void shouldDrawFromEachRowsOwnDistributionWhereOptionsShareABatch() {
        drawAndJudge(small, with(OF_SMALL, Options.GREEDY), 4000);
        drawAndJudge(large, with(OF_LARGE.subList(0, 6), Options.GREEDY), 1500);
        drawAndJudge(large, with(OF_LARGE, Options.GREEDY), 1000);
    }

    /** First tokens come from reading a prompt, the others from steps of the whole batch. */
    @ParameterizedTest
    @ValueSource(ints = {101, LARGE})
    void shouldDrawEveryLaterTokenFromItsExactDistributionToo(int vocabulary) {
        Decoder decoder = vocabulary == SMALL ? small : large;
        List<Options> all = vocabulary == SMALL ? OF_SMALL : OF_LARGE;
        int length = 16;
        SplittableRandom random = new SplittableRandom(5);
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int[] prompt = random.ints(1 + random.nextInt(12), 0, vocabulary).toArray();
            draws.add(all.get(i % all.size()).draw(prompt, random.nextLong(), length));
        }
        List<Generation> drawn = drawn(decoder, draws);

        int[] counts = new int[16];
        for (int i = 0; i < draws.size(); i++) {
            Options options = all.get(i % all.size());
            int[] prompt = draws.get(i).prompt();
            int[] tokens = drawn.get(i).tokens();
            float[][] logits = decoder.logits(List.of(join(prompt, tokens)), Adapter.none())
                    .get(0);
            for (int t = 0; t < length; t++) {
                float[] at = logits[prompt.length - 1 + t];
                if (!options.hangsOnRounding(at)) {
                    double[] exact = options.distribution(at);
                    assertEquals(Math.log(exact[tokens[t]]), drawn.get(i).logProbs()[t], 1e-4, options.toString());
                    // Uniform if the token was drawn from this distribution, whatever it is.
                    double below = Arrays.stream(exact, 0, tokens[t]).sum();
                    counts[(int) (16 * (below + random.nextDouble() * exact[tokens[t]]))]++;
                }
            }
        }
        double[] uniform = new double[16];
        Arrays.fill(uniform, 1 / 16.0);
        assertTrue(Arrays.stream(counts).sum() > 60 * length * 3 / 4, "most thresholds are clear of rounding");
        ChiSquare.assertDrawnFrom(uniform, counts, "all later tokens");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, LARGE})
    void shouldDrawTheSameTokensFromTheSameSeedWhateverSharesTheBatch(int vocabulary) {
        Decoder decoder = vocabulary == SMALL ? small : large;
        List<Draw> draws = new ArrayList<>();
        for (Options options : with(vocabulary == SMALL ? OF_SMALL : OF_LARGE, Options.GREEDY)) {
            for (int seed = 0; seed < 6; seed++) {
                draws.add(options.draw(Arrays.copyOf(PROMPT, 1 + seed % 5), seed, 12));
            }
        }
        Collections.shuffle(draws, new Random(1));
        List<Generation> together = drawn(decoder, draws);
        List<Generation> again = drawn(decoder, draws);

        for (int i = 0; i < draws.size(); i++) {
            Generation alone = drawn(decoder, List.of(draws.get(i))).get(0);
            assertArrayEquals(
                    alone.tokens(), together.get(i).tokens(), draws.get(i).toString());
            assertArrayEquals(alone.logProbs(), together.get(i).logProbs(), 1e-4f);
            assertArrayEquals(together.get(i).tokens(), again.get(i).tokens());
        }
    }

    @Test
    void shouldDrawOtherTokensFromOtherSeeds() {
        List<Draw> draws = IntStream.range(0, 20)
                .mapToObj(seed -> Options.PLAIN.draw(PROMPT, seed, 12))
                .toList();

        List<String> outputs = drawn(small, draws).stream()
                .map(drawn -> Arrays.toString(drawn.tokens()))
                .toList();

        assertEquals(20, outputs.stream().distinct().count());
        assertNotEquals(outputs.get(0), outputs.get(1));
    }

    /** Draws with all options in one batch, and compares each with its exact distribution. */
    private static void drawAndJudge(Decoder decoder, List<Options> all, int draws) {
        float[] logits = decoder.logits(List.of(PROMPT), Adapter.none()).get(0)[PROMPT.length - 1];
        int vocabulary = logits.length;
        int[][] counts = new int[all.size()][vocabulary];
        double[][] logProbs = new double[all.size()][vocabulary];
        SplittableRandom random = new SplittableRandom(1);
        int done = 0;
        while (done < draws) {
            List<Draw> batch = IntStream.range(0, 250 * all.size())
                    .mapToObj(i -> all.get(i % all.size()).draw(PROMPT, random.nextLong(), 1))
                    .toList();
            List<Generation> drawn = drawn(decoder, batch);
            done += 250;
            for (int i = 0; i < drawn.size(); i++) {
                int token = drawn.get(i).tokens()[0];
                counts[i % all.size()][token]++;
                logProbs[i % all.size()][token] = drawn.get(i).logProbs()[0];
            }
        }
        for (int i = 0; i < all.size(); i++) {
            judge(all.get(i), logits, counts[i], logProbs[i]);
        }
    }

    private static void judge(Options options, float[] logits, int[] counts, double[] logProbs) {
        double[] exact = options.distribution(logits);
        assertTrue(!options.hangsOnRounding(logits), options + " hangs on rounding: choose other numbers");
        double seen = 0;
        double said = 0;
        for (int token = 0; token < exact.length; token++) {
            if (counts[token] > 0) {
                assertEquals(Math.log(exact[token]), logProbs[token], 1e-4, options + " of token " + token);
                seen += exact[token];
                said += Math.exp(logProbs[token]);
            }
        }
        // 1 where all tokens that can be drawn have been.
        assertEquals(seen, said, 1e-4, options.toString());
        if (options.temperature() == 0) {
            assertEquals(Arrays.stream(counts).sum(), counts[most(logits)], "greedy");
            assertEquals(0, logProbs[most(logits)]);
        } else {
            ChiSquare.assertDrawnFrom(exact, counts, options.toString());
        }
    }

    private static int most(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }

    private static List<Generation> drawn(Decoder decoder, List<Draw> draws) {
        return decoder.generate(draws, Adapter.none()).stream()
                .map(future -> future.join())
                .toList();
    }

    private static List<Options> with(List<Options> some, Options other) {
        return Stream.concat(some.stream(), Stream.of(other)).toList();
    }

    private static int[] join(int[] prompt, int[] action) {
        return IntStream.concat(Arrays.stream(prompt), Arrays.stream(action)).toArray();
    }
}
