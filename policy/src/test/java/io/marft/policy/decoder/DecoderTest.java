package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fast decoder against {@link SlowDecoder}. */
class DecoderTest {

    private static final LoraConfig LORA =
            new LoraConfig(3, 6, List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));

    @TempDir
    Path directory;

    @Test
    void shouldComputeWhatPlainLoopsCompute() {
        shouldScoreLikePlainLoops(TinyModels.config(), 9, 1);
    }

    @Test
    void shouldComputeItWithAnUntiedHeadWithoutGroupsAndAnotherTemperature() {
        shouldScoreLikePlainLoops(TinyModels.config(3, 24, 3, 3, 40, 64, false), 5, 0.6f);
    }

    @Test
    void shouldComputeItInMicroBatchesLargeEnoughForConvolutions() {
        shouldScoreLikePlainLoops(TinyModels.config(), 90, 1);
    }

    @Test
    void shouldDrawFromTheDistributionOfPlainLoops() {
        ModelConfig config = TinyModels.config();
        Map<String, Tensor> weights = TinyModels.weights(config, 2);
        int[] prompt = {3, 40, 41, 42, 4};
        double[] exact = exp(new SlowDecoder(config, weights, Adapter.none()), prompt, 1.5);
        int draws = 20_000;
        int[] counts = new int[config.vocabSize()];
        try (Decoder decoder = decoder(config, weights)) {
            SplittableRandom random = new SplittableRandom(1);
            for (int batch = 0; batch < draws / 500; batch++) {
                List<Draw> requests = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    requests.add(draw(prompt, random.nextLong(), 1.5f, 0, 1));
                }
                decoder.generate(requests, Adapter.none())
                        .forEach(drawn -> counts[drawn.join().tokens()[0]]++);
            }
        }
        ChiSquare.assertDrawnFrom(exact, counts, "temperature 1.5");
    }

    @Test
    void shouldDrawOnlyWhatTopKAndTopPLeaveAndSayItsTrueProbability() {
        ModelConfig config = TinyModels.config();
        Map<String, Tensor> weights = TinyModels.weights(config, 2);
        int[] prompt = {3, 40, 41, 42, 4};
        double[] exact = exp(new SlowDecoder(config, weights, Adapter.none()), prompt, 2);
        List<Integer> order = new ArrayList<>();
        for (int token = 0; token < exact.length; token++) {
            order.add(token);
        }
        order.sort((a, b) -> Double.compare(exact[b], exact[a]));
        double kept = exact[order.get(0)] + exact[order.get(1)] + exact[order.get(2)];
        // Of the four most probable, renormalised, 0.999 of the mass of the first three: all three, not the fourth.
        float topP = (float) (0.999 * kept / (kept + exact[order.get(3)]));
        try (Decoder decoder = decoder(config, weights)) {
            for (int i = 0; i < 64; i++) {
                Generation drawn = decoder.generate(List.of(draw(prompt, i, 2, 4, topP)), Adapter.none())
                        .get(0)
                        .join();
                int token = drawn.tokens()[0];
                assertTrue(order.subList(0, 3).contains(token));
                assertEquals(Math.log(exact[token] / kept), drawn.logProbs()[0], 1e-4);
            }
        }
    }

    @Test
    void shouldDifferentiateTheSameWithAnyNumberOfThreads() {
        ModelConfig config = TinyModels.config();
        Map<String, Tensor> weights = TinyModels.weights(config, 2);
        List<Sequence> sequences = sequences(200);
        Checkpoint.write(directory, config, weights);
        List<String> digests = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            try (Decoder decoder = new Decoder(Checkpoint.read(directory), ModelOptions.DEFAULT.withThreads(threads));
                    LoraPass pass = decoder.train(sequences, adapter(config), 1)) {
                digests.add(pass.gradient(pass.logProbs(), pass.entropies()).digest());
            }
        }
        assertEquals(digests.get(0), digests.get(1));
    }

    private void shouldScoreLikePlainLoops(ModelConfig config, int count, float temperature) {
        Map<String, Tensor> weights = TinyModels.weights(config, 2);
        Adapter adapter = adapter(config);
        SlowDecoder slow = new SlowDecoder(config, weights, adapter);
        List<Sequence> sequences = sequences(count);
        try (Decoder decoder = decoder(config, weights);
                LoraPass pass = decoder.train(sequences, adapter, temperature)) {
            List<Score> scored = decoder.score(sequences, adapter, temperature, Score.States.ALL);
            List<Score> firsts = decoder.score(sequences, adapter, temperature, Score.States.FIRST);
            for (int i = 0; i < count; i++) {
                int[] prompt = sequences.get(i).prompt();
                int[] action = sequences.get(i).action();
                double[][] states = slow.states(join(prompt, action));
                for (int t = 0; t < action.length; t++) {
                    double[] logProbs = slow.logProbs(states[prompt.length - 1 + t], temperature);
                    double entropy = 0;
                    for (double logProb : logProbs) {
                        entropy -= Math.exp(logProb) * logProb;
                    }
                    assertEquals(logProbs[action[t]], scored.get(i).logProbs()[t], 1e-4);
                    assertEquals(logProbs[action[t]], pass.logProbs()[i][t], 1e-4);
                    assertEquals(entropy, scored.get(i).entropies()[t], 1e-4);
                    assertEquals(entropy, pass.entropies()[i][t], 1e-4);
                    assertArrayEquals(
                            floats(states[prompt.length - 1 + t]), scored.get(i).hidden()[t], 1e-4f);
                }
                assertEquals(action.length, scored.get(i).hidden().length);
                assertArrayEquals(scored.get(i).hidden()[0], firsts.get(i).hidden()[0], 1e-6f);
                assertEquals(1, firsts.get(i).hidden().length);
            }
        }
    }

    private Decoder decoder(ModelConfig config, Map<String, Tensor> weights) {
        Checkpoint.write(directory, config, weights);
        return new Decoder(Checkpoint.read(directory), ModelOptions.DEFAULT.withThreads(2));
    }

    private static Draw draw(int[] prompt, long seed, float temperature, int topK, float topP) {
        return new Options(temperature, topK, topP, 0).draw(prompt, seed, 1, Set.of(TinyModels.END), Draw.NEVER);
    }

    private static List<Sequence> sequences(int count) {
        SplittableRandom random = new SplittableRandom(5);
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(1 + random.nextInt(20), 5, 100).toArray();
            sequences.add(new Sequence(
                    prompt, random.ints(1 + random.nextInt(20), 1, 100).toArray()));
        }
        return sequences;
    }

    private static Adapter adapter(ModelConfig config) {
        SplittableRandom random = new SplittableRandom(8);
        Adapter initial = Adapter.initial(LORA, config, 3);
        return initial.withValues(initial.tensors().values().stream()
                .map(tensor ->
                        floats(random.doubles(tensor.values().length, -0.2, 0.2).toArray()))
                .toList());
    }

    private static double[] exp(SlowDecoder slow, int[] prompt, double temperature) {
        double[] probabilities = slow.logProbs(slow.states(prompt)[prompt.length - 1], temperature);
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = Math.exp(probabilities[i]);
        }
        return probabilities;
    }

    private static int[] join(int[] prompt, int[] action) {
        int[] joined = new int[prompt.length + action.length];
        System.arraycopy(prompt, 0, joined, 0, prompt.length);
        System.arraycopy(action, 0, joined, prompt.length, action.length);
        return joined;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
