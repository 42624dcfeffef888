package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Hands a checkpoint over to a module, as {@code decoder.py} lays its weights out: linear maps that read the same input
 * are one.
 *
 * <p>Each weight is allocated once and filled from small pieces of the file's memory map, so that a model takes its own
 * size of memory and no more.
 */
final class FrozenWeights {

    private static final int PIECE = 1 << 26;
    private static final List<String> QKV = List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");
    private static final List<String> OUTPUT = List.of("self_attn.o_proj");
    private static final List<String> GATE_UP = List.of("mlp.gate_proj", "mlp.up_proj");
    private static final List<String> DOWN = List.of("mlp.down_proj");

    private final Native module;
    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final NDManager memory;

    private FrozenWeights(Native module, Checkpoint checkpoint, NDManager memory) {
        this.module = module;
        this.checkpoint = checkpoint;
        this.config = checkpoint.config();
        this.memory = memory;
    }

    /**
     * Loads a model into a module.
     *
     * @param decodes whether to pack matrices for decoding, where that can be done
     * @param keeps whether to keep them unpacked as well
     */
    static void load(Native module, Checkpoint checkpoint, boolean decodes, boolean keeps) {
        try (NDManager memory = module.open()) {
            new FrozenWeights(module, checkpoint, memory).take();
        }
        if (decodes && module.packs()) {
            try (NDManager call = module.open()) {
                int tied = checkpoint.config().tiedEmbeddings() ? 1 : 0;
                module.run(
                        "pack",
                        Native.Mode.INFERENCE,
                        new NDList(Native.size(call, keeps ? 1 : 0), Native.size(call, tied)));
            }
        }
    }

    /** The type that values of a checkpoint have in libtorch. */
    static DataType type(DType dtype) {
        return switch (dtype) {
            case F32 -> DataType.FLOAT32;
            case BF16 -> DataType.BFLOAT16;
            case F16 -> DataType.FLOAT16;
        };
    }

    private void take() {
        NDArray embedding = joined(List.of("model.embed_tokens.weight"));
        List<NDArray> maps = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            for (List<String> parts : List.of(QKV, OUTPUT, GATE_UP, DOWN)) {
                maps.add(joined(names(prefix, parts, ".weight")));
                maps.add(joined(names(prefix, parts, ".bias")));
            }
            maps.add(joined(List.of(prefix + "input_layernorm.weight")));
            maps.add(joined(List.of(prefix + "post_attention_layernorm.weight")));
            maps.add(headNorms(prefix + "self_attn."));
        }
        maps.add(joined(List.of("lm_head.weight")));
        maps.add(joined(List.of("model.norm.weight")));
        NDArray rates = memory.create(config.rotary().rates(config.headSize()));
        NDList inputs = new NDList(embedding, rates, Native.size(memory, config.maxPositions()));
        maps.forEach(map -> inputs.add(Native.named(map, "maps[]")));
        module.run("take", Native.Mode.NO_GRADIENT, inputs);
    }

    private static List<String> names(String prefix, List<String> parts, String suffix) {
        return parts.stream().map(part -> prefix + part + suffix).toList();
    }

    /** The norm's weight of each query head and key head, [H+K, E]. */
    private NDArray headNorms(String prefix) {
        if (!config.family().queryKeyNorm()) {
            return memory.create(new Shape(0));
        }
        Stream<String> queries = Stream.generate(() -> prefix + "q_norm.weight").limit(config.heads());
        Stream<String> keys = Stream.generate(() -> prefix + "k_norm.weight").limit(config.kvHeads());
        NDArray rows = joined(Stream.concat(queries, keys).toList());
        return rows.reshape(config.heads() + config.kvHeads(), config.headSize());
    }

    /** Tensors of one width below each other; nothing if the model has no such. */
    private NDArray joined(List<String> names) {
        if (!checkpoint.weights().containsKey(names.get(0))) {
            return memory.create(new Shape(0));
        }
        List<SafeTensors.View> views = names.stream().map(checkpoint::tensor).toList();
        long[] sizes =
                views.get(0).shape().stream().mapToLong(Integer::longValue).toArray();
        sizes[0] = views.stream().mapToLong(view -> view.shape().get(0)).sum();
        NDArray target = memory.create(new Shape(sizes), type(checkpoint.dtype()));
        int at = 0;
        for (SafeTensors.View view : views) {
            fill(target, at, view);
            at += view.shape().get(0);
        }
        return target;
    }

    private void fill(NDArray target, int at, SafeTensors.View view) {
        int rows = view.shape().get(0);
        int step = (int) Math.max(1, Math.min(rows, PIECE / Math.max(1, view.size() / rows)));
        for (int from = 0; from < rows; from += step) {
            int count = Math.min(step, rows - from);
            List<Integer> shape = new ArrayList<>(view.shape());
            shape.set(0, count);
            ByteBuffer bytes = view.rows(from, count);
            try (NDManager call = module.open()) {
                NDArray piece = Native.tensor(call, shape, bytes, type(checkpoint.dtype()));
                module.run("fill", Native.Mode.NO_GRADIENT, new NDList(Native.size(call, at + from), piece, target));
            }
        }
    }
}
