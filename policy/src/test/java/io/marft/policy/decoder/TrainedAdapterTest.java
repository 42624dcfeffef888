package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.train.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An adapter that was trained here, on its way out and back.
 *
 * <p>Whether peft computes the same with it, ask peft:
 *
 * <pre>
 * mvn -pl policy -am -Dtest=TrainedAdapterTest -Dsurefire.failIfNoSpecifiedTests=false -Dmarft.adapters=/tmp/adapters test
 * python ops/golden/models.py --check-adapter /tmp/adapters/qwen2 --family qwen2    # and qwen3, llama
 * </pre>
 */
class TrainedAdapterTest {

    private static final LoraConfig LORA =
            new LoraConfig(4, 8, List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));
    private static final int STEPS = 12;
    private static final float RATE = 0.01f;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldComputeTheSameOnceWrittenAndReadBack(String family) throws IOException {
        Golden golden = Golden.of(family);
        String out = System.getProperty("marft.adapters", "");
        Path directory = (out.isEmpty() ? temporary : Path.of(out)).resolve(family);
        Checkpoint checkpoint = Checkpoint.read(golden.directory());
        int[] tokens = Golden.ints(golden.expected().path("sequences").get(3).path("tokens"));
        try (Decoder decoder = new Decoder(checkpoint, ModelOptions.DEFAULT)) {
            Adapter adapter = train(decoder, Adapter.initial(LORA, checkpoint.config(), 1), tokens);
            float[][] logits = decoder.logits(List.of(tokens), adapter).get(0);

            new PeftDirectory(directory, adapter, "golden/" + family, checkpoint.digest()).write();
            PeftDirectory read = PeftDirectory.read(directory);

            read.checkFits(checkpoint.digest(), checkpoint.config());
            assertEquals(adapter.digest(), read.adapter().digest());
            float[][] again = decoder.logits(List.of(tokens), read.adapter()).get(0);
            for (int t = 0; t < tokens.length; t++) {
                assertArrayEquals(logits[t], again[t]);
            }
            writeExpected(directory.resolve("expected-logits.safetensors"), tokens, logits);
        }
    }

    /** Makes the second half of the tokens likelier behind the first: AdamW without decay, and with the usual moments. */
    private static Adapter train(Decoder decoder, Adapter adapter, int[] tokens) {
        int half = tokens.length / 2;
        Sequence sequence = new Sequence(Arrays.copyOf(tokens, half), Arrays.copyOfRange(tokens, half, tokens.length));
        float[][] byLogProb = new float[1][sequence.action().length];
        Arrays.fill(byLogProb[0], -1f / byLogProb[0].length);
        List<float[]> first = zeros(adapter);
        List<float[]> second = zeros(adapter);
        double before = 0;
        double last = 0;
        Adapter trained = adapter;
        for (int step = 1; step <= STEPS; step++) {
            try (LoraPass pass = decoder.train(List.of(sequence), trained, 1)) {
                last = sum(pass.logProbs()[0]);
                before = step == 1 ? last : before;
                Adapter gradient = pass.gradient(byLogProb, new float[1][byLogProb[0].length]);
                trained = stepped(trained, gradient, first, second, step);
            }
        }
        assertTrue(last > before + 1, "training made its actions likelier: " + before + " to " + last);
        return trained;
    }

    private static Adapter stepped(
            Adapter adapter, Adapter gradient, List<float[]> first, List<float[]> second, int step) {
        List<float[]> values = new ArrayList<>();
        int tensor = 0;
        for (String name : adapter.tensors().keySet()) {
            float[] own = adapter.tensors().get(name).values().clone();
            float[] slope = gradient.tensors().get(name).values();
            float[] m = first.get(tensor);
            float[] v = second.get(tensor++);
            for (int i = 0; i < own.length; i++) {
                m[i] = 0.9f * m[i] + 0.1f * slope[i];
                v[i] = 0.999f * v[i] + 0.001f * slope[i] * slope[i];
                double mean = m[i] / (1 - Math.pow(0.9, step));
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, step)));
                own[i] -= (float) (RATE * mean / (root + 1e-8));
            }
            values.add(own);
        }
        return adapter.withValues(values);
    }

    /** As {@code ops/golden/models.py --check-adapter} expects it. */
    private static void writeExpected(Path file, int[] tokens, float[][] logits) throws IOException {
        int vocabulary = logits[0].length;
        float[] ids = new float[tokens.length];
        float[] flat = new float[tokens.length * vocabulary];
        for (int t = 0; t < tokens.length; t++) {
            ids[t] = tokens[t];
            System.arraycopy(logits[t], 0, flat, t * vocabulary, vocabulary);
        }
        Map<String, Tensor> expected = new LinkedHashMap<>();
        expected.put("tokens", new Tensor(List.of(tokens.length), ids));
        expected.put("logits", Tensor.matrix(tokens.length, vocabulary, flat));
        SafeTensors.write(file, expected);
    }

    private static List<float[]> zeros(Adapter adapter) {
        return adapter.tensors().values().stream()
                .map(tensor -> new float[tensor.values().length])
                .toList();
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }
}
