package io.marft.policy;

import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.Family;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Rotary;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.checkpoint.WeightFiles;
import io.marft.policy.token.CharacterTokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Random models with a character tokenizer, written to a directory, for tests that need any language model at all. */
public final class TinyModels {

    /** The id of {@code <|end|>}. */
    public static final int END = CharacterTokenizer.END;

    private TinyModels() {}

    /** Two layers, 32 wide, four query heads and two of keys and values, a context of 128. */
    public static ModelConfig config() {
        return config(2, 32, 4, 2, 48, 128, true);
    }

    /** A configuration over the tokenizer's vocabulary. */
    public static ModelConfig config(
            int layers, int width, int heads, int kvHeads, int intermediate, int positions, boolean tied) {
        return ModelConfig.qwen2(
                width,
                layers,
                heads,
                kvHeads,
                intermediate,
                CharacterTokenizer.vocabulary().size(),
                1e-6,
                10_000,
                positions,
                tied,
                List.of(END),
                CharacterTokenizer.PAD);
    }

    /** A model of a family, with all that makes it differ from others: two layers, 32 wide, a context of 128. */
    public static ModelConfig config(Family family) {
        ModelConfig like = config();
        boolean qwen2 = family == Family.QWEN2;
        return new ModelConfig(
                family,
                like.hiddenSize(),
                like.layers(),
                like.heads(),
                like.kvHeads(),
                qwen2 ? 8 : 16,
                like.intermediateSize(),
                like.vocabSize(),
                like.rmsNormEps(),
                family == Family.LLAMA ? new Rotary(500_000, new Rotary.Llama3(8, 1, 4, 32)) : Rotary.plain(1_000_000),
                like.maxPositions(),
                qwen2,
                true,
                !qwen2,
                family == Family.LLAMA,
                like.eosTokens(),
                like.padToken());
    }

    /**
     * Writes a random model whose weights are rounded to a type and lie in several files.
     *
     * @param shards 1 for a single file without an index
     */
    public static Path write(Path directory, ModelConfig config, DType dtype, int shards, long seed) {
        WeightFiles.write(directory, config, weights(config, seed), dtype, shards);
        CharacterTokenizer.write(directory);
        return directory;
    }

    /** Writes a random model with everything that {@link LanguageModel#load} reads. */
    public static Path write(Path directory, ModelConfig config, long seed) {
        Checkpoint.write(directory, config, weights(config, seed));
        CharacterTokenizer.write(directory);
        return directory;
    }

    /** Random weights, large enough that the distributions are far from uniform. */
    public static Map<String, Tensor> weights(ModelConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Checkpoint.layout(config).forEach((name, shape) -> {
            float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
            for (int i = 0; i < values.length; i++) {
                double noise = random.nextGaussian();
                values[i] = (float) (name.endsWith("norm.weight") ? 1 + 0.2 * noise : 0.25 * noise);
            }
            weights.put(name, new Tensor(shape, values));
        });
        return weights;
    }
}
