package io.marft.policy.decoder.vector;

import io.marft.kernels.Kernels;
import io.marft.kernels.PackedMatrix;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.adapter.Projection;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small model's weights on Java's heap, for {@link VectorPasses}. Linear maps of a layer that read the same input are one,
 * as in {@code decoder.py}. Immutable.
 */
public final class VectorModel {

    private static final Logger LOG = LoggerFactory.getLogger(VectorModel.class);

    /** The most bytes of float32 weights: the passes rely on the caches of several processors to hold them. */
    private static final long LARGEST = 32L << 20;

    /** The most token ids: sampling sorts all of them where a request cuts the distribution. */
    private static final int LARGEST_VOCABULARY = 4096;

    private static final int LARGEST_WIDTH = 512;

    /**
     * The weights of one layer.
     *
     * @param maps the maps of {@link FusedLora#MAPS}, in their order
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
    public VectorModel(Checkpoint checkpoint) {
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

    /** Whether a model is small enough, and this JVM has vectors. Logs a line where only the vectors are missing. */
    public static boolean fits(Checkpoint checkpoint) {
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
        for (List<Projection> parts : FusedLora.MAPS) {
            float[] matrix = values(checkpoint, FusedLora.tensors(number, parts, "weight"));
            int inputs = parts.get(0).inputs(checkpoint.config());
            float[] bias = values(checkpoint, FusedLora.tensors(number, parts, "bias"));
            maps.add(new PackedMatrix(matrix.length / inputs, inputs, matrix, bias));
        }
        return new Layer(
                List.copyOf(maps),
                values(checkpoint, List.of(prefix + "input_layernorm.weight")),
                values(checkpoint, List.of(prefix + "post_attention_layernorm.weight")),
                values(checkpoint, List.of(prefix + "self_attn.q_norm.weight")),
                values(checkpoint, List.of(prefix + "self_attn.k_norm.weight")));
    }

    /** The values of tensors, one after the other; empty if the model has no such tensors. */
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

    /** The model's shape. */
    ModelConfig config() {
        return config;
    }

    /** The embeddings of all tokens, [V, D]. */
    float[] embedding() {
        return embedding;
    }

    /** The weights of a layer, counted from 0. */
    Layer layer(int number) {
        return layers.get(number);
    }

    /** The weight of the final norm, [D]. */
    float[] norm() {
        return norm;
    }

    /** The map from states to logits. */
    PackedMatrix head() {
        return head;
    }

    /** The angles at a position: cosines, then sines, [E]. */
    float[] turn(int position) {
        float[] turn = new float[2 * rates.length];
        for (int i = 0; i < rates.length; i++) {
            turn[i] = (float) Math.cos(position * rates[i]);
            turn[rates.length + i] = (float) Math.sin(position * rates[i]);
        }
        return turn;
    }
}
