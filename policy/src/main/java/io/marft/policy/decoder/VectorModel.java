package io.marft.policy.decoder;

import io.marft.kernels.Kernels;
import io.marft.kernels.PackedMatrix;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small model's weights on Java's heap, for {@link VectorPasses}. Each layer's linear maps that read the same input are one,
 * as {@code decoder.py} has them. Immutable.
 */
final class VectorModel {

    private static final Logger LOG = LoggerFactory.getLogger(VectorModel.class);

    /** So many bytes of float32 weights fit into the caches of several processors, which is what the passes rely on. */
    private static final long LARGEST = 32L << 20;

    /** Sampling sorts the vocabulary where a request cuts the distribution. */
    private static final int LARGEST_VOCABULARY = 4096;

    private static final int LARGEST_WIDTH = 512;

    /**
     * One layer.
     *
     * @param maps query|key|value, attention output, gate|up, down
     * @param norm weight of the norm before attention, [D]
     * @param innerNorm weight of the norm before the feed-forward, [D]
     * @param queryNorm weight of the norm of each query head, [E]; empty for none
     * @param keyNorm weight of the norm of each key head, [E]; empty for none
     */
    record Layer(List<PackedMatrix> maps, float[] norm, float[] innerNorm, float[] queryNorm, float[] keyNorm) {}

    private final ModelConfig config;
    private final float[] embedding;
    private final List<Layer> layers;
    private final float[] norm;
    private final PackedMatrix head;
    private final double[] rates;

    /** Copies a checkpoint's weights. */
    VectorModel(Checkpoint checkpoint) {
        this.config = checkpoint.config();
        this.embedding = values(checkpoint, List.of("model.embed_tokens.weight"));
        this.layers = IntStream.range(0, config.layers())
                .mapToObj(layer -> layer(checkpoint, layer))
                .toList();
        this.norm = values(checkpoint, List.of("model.norm.weight"));
        float[] output = config.tiedEmbeddings() ? embedding : values(checkpoint, List.of("lm_head.weight"));
        this.head = new PackedMatrix(config.vocabSize(), config.hiddenSize(), output, new float[0]);
        this.rates = config.rotary().rates(config.headSize());
    }

    /** Whether a model is small enough, and Java's vectors are at hand; says so where only they are missing. */
    static boolean fits(Checkpoint checkpoint) {
        if (isSmall(checkpoint) && !Kernels.available()) {
            LOG.info("a model as small as this decodes several times as fast where Java is started with"
                    + " --add-modules jdk.incubator.vector, on a processor with AVX2 or NEON");
            return false;
        }
        return isSmall(checkpoint);
    }

    private static boolean isSmall(Checkpoint checkpoint) {
        ModelConfig config = checkpoint.config();
        long weights = checkpoint.weights().values().stream()
                .mapToLong(view -> view.count() * Float.BYTES)
                .sum();
        return checkpoint.dtype() == DType.F32
                && config.hiddenSize() < LARGEST_WIDTH
                && config.vocabSize() <= LARGEST_VOCABULARY
                && weights <= LARGEST;
    }

    private Layer layer(Checkpoint checkpoint, int number) {
        String prefix = "model.layers." + number + ".";
        List<PackedMatrix> maps = new ArrayList<>();
        for (List<String> parts : FrozenWeights.MAPS) {
            float[] matrix = values(checkpoint, FrozenWeights.names(prefix, parts, ".weight"));
            int inputs =
                    checkpoint.tensor(prefix + parts.get(0) + ".weight").shape().get(1);
            float[] bias = values(checkpoint, FrozenWeights.names(prefix, parts, ".bias"));
            maps.add(new PackedMatrix(matrix.length / inputs, inputs, matrix, bias));
        }
        return new Layer(
                List.copyOf(maps),
                values(checkpoint, List.of(prefix + "input_layernorm.weight")),
                values(checkpoint, List.of(prefix + "post_attention_layernorm.weight")),
                values(checkpoint, List.of(prefix + "self_attn.q_norm.weight")),
                values(checkpoint, List.of(prefix + "self_attn.k_norm.weight")));
    }

    /** The values of tensors, one after the other; nothing if the model has no such. */
    private static float[] values(Checkpoint checkpoint, List<String> names) {
        if (!checkpoint.weights().containsKey(names.get(0))) {
            return new float[0];
        }
        List<float[]> parts = names.stream()
                .map(name -> checkpoint.tensor(name).toTensor().values())
                .toList();
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    ModelConfig config() {
        return config;
    }

    /** [V, D] */
    float[] embedding() {
        return embedding;
    }

    Layer layer(int number) {
        return layers.get(number);
    }

    /** Weight of the final norm, [D]. */
    float[] norm() {
        return norm;
    }

    /** From states to logits. */
    PackedMatrix head() {
        return head;
    }

    /** Cosines and sines of the angles at a position, [E]. */
    float[] turn(int position) {
        float[] turn = new float[2 * rates.length];
        for (int i = 0; i < rates.length; i++) {
            turn[i] = (float) Math.cos(position * rates[i]);
            turn[rates.length + i] = (float) Math.sin(position * rates[i]);
        }
        return turn;
    }
}
