package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.Family;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.decoder.ModelOptions.Use;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoraPassTest {

    /** Logits are cut into chunks of at most 55 rows, see {@code training.py}. */
    private static final int LARGE_VOCABULARY = 300_000;

    private static final int CHUNK = 55;
    private static final long LOGITS = (2L * CHUNK + 10) * LARGE_VOCABULARY * Float.BYTES;
    private static final float TEMPERATURE = 0.7f;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldGiveTheSameGradientWhetherItKeepsTheGraphOrComputesItAgain(Family family) {
        ModelConfig config = TinyModels.config(family);
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        SplittableRandom random = new SplittableRandom(3);
        for (Adapter adapter : Requests.adapters(config).subList(1, 6)) {
            // Few enough rows for plain products, and enough for convolutions.
            for (int count : new int[] {3, 70}) {
                List<int[]> prompts = tokens(count, random);
                List<int[]> actions = tokens(count, random);
                List<Sequence> sequences = IntStream.range(0, count)
                        .mapToObj(i -> new Sequence(prompts.get(i), actions.get(i)))
                        .toList();
                float[][] byLogProb = slopes(actions, random);
                float[][] byEntropy = slopes(actions, random);
                List<Adapter> gradients = new ArrayList<>();
                for (boolean keeps : new boolean[] {true, false}) {
                    try (Decoder decoder = decoder(Use.TRAINING, keeps ? 1L << 30 : 0);
                            LoraPass pass = decoder.train(sequences, adapter, TEMPERATURE)) {
                        assertEquals(keeps ? LoraPass.Kept.GRAPH_AND_LOGITS : LoraPass.Kept.INPUTS, pass.kept());
                        gradients.add(pass.gradient(byLogProb, byEntropy));
                    }
                }
                assertClose(gradients.get(0), gradients.get(1), 1e-5);
            }
        }
    }

    /** Attention is computed in one way in batches of up to 128 tokens, and in another in longer ones. */
    @Test
    void shouldGiveTheSameGradientOfAShortSequenceBesideALongOne() {
        ModelConfig config = TinyModels.config(2, 32, 4, 2, 48, 192, true);
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        SplittableRandom random = new SplittableRandom(4);
        int[] prompt = random.ints(40, 5, 100).toArray();
        int[] action = random.ints(60, 5, 100).toArray();
        int[] longer = random.ints(170, 5, 100).toArray();
        float[] byLogProb = slopes(List.of(action), random)[0];
        float[] byEntropy = slopes(List.of(action), random)[0];
        float[][] byLogProbs = {byLogProb, new float[1]};
        float[][] byEntropies = {byEntropy, new float[1]};
        Adapter adapter = Requests.adapters(config).get(1);
        try (Decoder decoder = decoder(Use.TRAINING, 1L << 30);
                LoraPass both = decoder.train(
                        List.of(new Sequence(prompt, action), new Sequence(longer, new int[] {7})),
                        adapter,
                        TEMPERATURE)) {
            assertClose(
                    gradient(decoder, prompt, action, adapter, byLogProb, byEntropy),
                    both.gradient(byLogProbs, byEntropies),
                    1e-5);
        }
    }

    @Test
    void shouldComputeInChunksOfALargeVocabularyWhatPlainLoopsCompute() {
        ModelConfig config = largeVocabulary();
        Map<String, Tensor> weights = TinyModels.weights(config, 1);
        Checkpoint.write(directory, config, weights);
        Adapter adapter = Requests.adapter(new LoraConfig(2, 2, List.of("q_proj", "v_proj", "up_proj")), config, 1);
        SplittableRandom random = new SplittableRandom(2);
        int[] prompt = random.ints(5, 0, LARGE_VOCABULARY).toArray();
        int[] action = random.ints(2 * CHUNK + 10, 0, LARGE_VOCABULARY).toArray();
        float[][] byLogProb = slopes(List.of(action), random);
        float[][] byEntropy = slopes(List.of(action), random);
        Adapter gradient;
        float[] logProbs;
        float[] entropies;
        try (Decoder decoder = decoder(Use.TRAINING, 1L << 30);
                LoraPass pass = decoder.train(List.of(new Sequence(prompt, action)), adapter, TEMPERATURE)) {
            logProbs = pass.logProbs()[0];
            entropies = pass.entropies()[0];
            gradient = pass.gradient(byLogProb, byEntropy);
        }

        double[][] plain = judge(new SlowDecoder(config, weights, adapter), prompt, action);
        for (int t = 0; t < action.length; t++) {
            assertEquals(plain[0][t], logProbs[t], 1e-4);
            assertEquals(plain[1][t], entropies[t], 1e-4);
        }
        Adapter direction = Requests.adapter(adapter.config(), config, 5);
        double step = 1e-2;
        double up = loss(
                new SlowDecoder(config, weights, moved(adapter, direction, step)),
                prompt,
                action,
                byLogProb[0],
                byEntropy[0]);
        double down = loss(
                new SlowDecoder(config, weights, moved(adapter, direction, -step)),
                prompt,
                action,
                byLogProb[0],
                byEntropy[0]);
        double slope = dot(gradient, direction);
        assertEquals((up - down) / (2 * step), slope, 1e-3 * Math.abs(slope));
    }

    @ParameterizedTest
    @EnumSource(LoraPass.Kept.class)
    void shouldAddUpTheGradientsOfChunks(LoraPass.Kept kept) {
        ModelConfig config = largeVocabulary();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        Adapter adapter = Requests.adapter(new LoraConfig(2, 2, List.of("q_proj", "v_proj", "up_proj")), config, 1);
        SplittableRandom random = new SplittableRandom(2);
        int[] prompt = random.ints(5, 0, LARGE_VOCABULARY).toArray();
        int[] action = random.ints(2 * CHUNK + 10, 0, LARGE_VOCABULARY).toArray();
        float[][] byLogProb = slopes(List.of(action), random);
        float[][] byEntropy = slopes(List.of(action), random);
        long memory =
                switch (kept) {
                    case INPUTS -> 0;
                    case GRAPH -> LOGITS;
                    case GRAPH_AND_LOGITS -> 2 * LOGITS;
                };
        try (Decoder decoder = decoder(Use.TRAINING, memory);
                LoraPass pass = decoder.train(List.of(new Sequence(prompt, action)), adapter, TEMPERATURE)) {
            assertEquals(kept, pass.kept());
            Adapter whole = pass.gradient(byLogProb, byEntropy);

            List<Adapter> parts = new ArrayList<>();
            for (int from = 0; from < action.length; from += 40) {
                int to = from + 40;
                parts.add(gradient(
                        decoder,
                        Requests.join(prompt, Arrays.copyOf(action, from)),
                        Arrays.copyOfRange(action, from, to),
                        adapter,
                        Arrays.copyOfRange(byLogProb[0], from, to),
                        Arrays.copyOfRange(byEntropy[0], from, to)));
            }
            Adapter sum = parts.stream().reduce((a, b) -> moved(a, b, 1)).orElseThrow();
            assertClose(whole, sum, 1e-4);
        }
    }

    @Test
    void shouldRefuseInOneLineWhatTheModelWasNotLoadedFor() {
        ModelConfig config = TinyModels.config();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        int[] tokens = {5, 6};
        List<Sequence> sequences = List.of(new Sequence(tokens, tokens));
        Adapter adapter = Requests.adapters(config).get(1);
        try (Decoder serving = decoder(Use.SERVING, 0);
                Decoder training = decoder(Use.TRAINING, 0)) {
            assertEquals(
                    "The model was loaded for SERVING: it trains if loaded for TRAINING or BOTH",
                    assertThrows(IllegalStateException.class, () -> serving.train(sequences, adapter, 1))
                            .getMessage());
            assertEquals(
                    "The model was loaded for TRAINING: it generates if loaded for SERVING or BOTH",
                    assertThrows(
                                    IllegalStateException.class,
                                    () -> training.generate(List.of(Options.PLAIN.draw(tokens, 1, 1)), adapter))
                            .getMessage());
            // What each is for, both do as well as the other.
            assertEquals(
                    serving.score(sequences, adapter, 1, Score.States.FIRST)
                            .get(0)
                            .logProbs()[1],
                    training.score(sequences, adapter, 1, Score.States.FIRST)
                            .get(0)
                            .logProbs()[1],
                    1e-5);
        }
    }

    @Test
    void shouldRefuseASecondGradientAndSlopesThatFitNoAction() {
        ModelConfig config = TinyModels.config();
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        List<Sequence> sequences = List.of(new Sequence(new int[] {5, 6}, new int[] {5, 6}));
        try (Decoder decoder = decoder(Use.TRAINING, 0);
                LoraPass pass =
                        decoder.train(sequences, Requests.adapters(config).get(1), 1)) {
            assertEquals(
                    "Sequence 0 has 2 action tokens, got 3 derivatives",
                    assertThrows(IllegalArgumentException.class, () -> pass.gradient(new float[1][3], new float[1][2]))
                            .getMessage());
            pass.gradient(new float[1][2], new float[1][2]);
            assertEquals(
                    "The pass holds no graph: it had no sequences, or gradient was called before",
                    assertThrows(IllegalStateException.class, () -> pass.gradient(new float[1][2], new float[1][2]))
                            .getMessage());
        }
    }

    private static Adapter gradient(
            Decoder decoder, int[] prompt, int[] action, Adapter adapter, float[] byLogProb, float[] byEntropy) {
        try (LoraPass pass = decoder.train(List.of(new Sequence(prompt, action)), adapter, TEMPERATURE)) {
            return pass.gradient(new float[][] {byLogProb}, new float[][] {byEntropy});
        }
    }

    private static ModelConfig largeVocabulary() {
        return ModelConfig.qwen2(8, 1, 2, 1, 12, LARGE_VOCABULARY, 1e-6, 10_000, 128, true, List.of(1), 0);
    }

    private Decoder decoder(Use use, long activationBytes) {
        ModelOptions options = new ModelOptions("auto", 2, use, 1 << 24, activationBytes);
        return new Decoder(Checkpoint.read(directory), options);
    }

    /** Log-probabilities and entropies of an action. */
    private static double[][] judge(SlowDecoder slow, int[] prompt, int[] action) {
        double[][] states = slow.states(Requests.join(prompt, action));
        double[][] judged = new double[2][action.length];
        for (int t = 0; t < action.length; t++) {
            double[] all = slow.logProbs(states[prompt.length - 1 + t], TEMPERATURE);
            judged[0][t] = all[action[t]];
            for (double logProb : all) {
                judged[1][t] -= Math.exp(logProb) * logProb;
            }
        }
        return judged;
    }

    private static double loss(SlowDecoder slow, int[] prompt, int[] action, float[] byLogProb, float[] byEntropy) {
        double[][] judged = judge(slow, prompt, action);
        double loss = 0;
        for (int t = 0; t < action.length; t++) {
            loss += byLogProb[t] * judged[0][t] + byEntropy[t] * judged[1][t];
        }
        return loss;
    }

    private static List<int[]> tokens(int count, SplittableRandom random) {
        List<int[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(random.ints(1 + random.nextInt(30), 5, 100).toArray());
        }
        return all;
    }

    private static float[][] slopes(List<int[]> actions, SplittableRandom random) {
        float[][] slopes = new float[actions.size()][];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = new float[actions.get(i).length];
            for (int t = 0; t < slopes[i].length; t++) {
                slopes[i][t] = (float) random.nextDouble(-1, 1);
            }
        }
        return slopes;
    }

    private static Adapter moved(Adapter adapter, Adapter direction, double step) {
        List<float[]> values = new ArrayList<>();
        adapter.tensors().forEach((name, tensor) -> {
            float[] own = tensor.values().clone();
            float[] other = direction.tensors().get(name).values();
            for (int i = 0; i < own.length; i++) {
                own[i] += (float) (step * other[i]);
            }
            values.add(own);
        });
        return adapter.withValues(values);
    }

    private static double dot(Adapter first, Adapter second) {
        double sum = 0;
        for (String name : first.tensors().keySet()) {
            float[] a = first.tensors().get(name).values();
            float[] b = second.tensors().get(name).values();
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
        }
        return sum;
    }

    /** Each tensor, relative to its norm: single values may be near zero. */
    private static void assertClose(Adapter expected, Adapter actual, double relative) {
        expected.tensors().forEach((name, tensor) -> {
            float[] other = actual.tensors().get(name).values();
            double squares = 0;
            double errors = 0;
            for (int i = 0; i < other.length; i++) {
                squares += Math.pow(tensor.values()[i], 2);
                errors += Math.pow(tensor.values()[i] - other[i], 2);
            }
            assertTrue(squares > 0, name + " has no gradient to compare with");
            assertTrue(Math.sqrt(errors / squares) < relative, name + ": " + Math.sqrt(errors / squares));
        });
    }
}
