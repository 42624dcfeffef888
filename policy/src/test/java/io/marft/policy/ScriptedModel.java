package io.marft.policy;

import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A model that says what it was told to: after each token of a script the next one is by far the most probable. Its layer
 * adds nothing, embeddings are random directions, and a token's row of the head is the embedding of the one before it.
 */
final class ScriptedModel {

    private static final int WIDTH = 64;

    private ScriptedModel() {}

    /**
     * Writes the model beside a golden model's tokenizer.
     *
     * @param scripts token ids, none of them twice but at a script's end
     */
    static Path write(Path directory, String tokenizer, int vocabulary, List<Integer> eosTokens, List<int[]> scripts) {
        ModelConfig config = ModelConfig.qwen2(
                WIDTH, 1, 2, 1, 16, vocabulary, 1e-6, 10_000, 256, false, eosTokens, eosTokens.get(0));
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Checkpoint.layout(config).forEach((name, shape) -> {
            float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
            if (name.endsWith("norm.weight")) {
                Arrays.fill(values, 1);
            }
            weights.put(name, new Tensor(shape, values));
        });
        float[] embedding = weights.get("model.embed_tokens.weight").values();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < embedding.length; i++) {
            embedding[i] = (float) random.nextGaussian();
        }
        float[] head = weights.get("lm_head.weight").values();
        for (int[] script : scripts) {
            for (int i = 0; i + 1 < script.length; i++) {
                System.arraycopy(embedding, script[i] * WIDTH, head, script[i + 1] * WIDTH, WIDTH);
            }
        }
        Checkpoint.write(directory, config, weights);
        try {
            for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
                Files.copy(Path.of("src/test/resources/golden", tokenizer, file), directory.resolve(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }
}
