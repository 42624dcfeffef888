package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
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

    private static final int PIECE = 1 << 24;
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
        long count = views.stream().mapToLong(SafeTensors.View::count).sum();
        NDArray values = module.allocate(memory, count, checkpoint.dtype());
        long at = 0;
        for (SafeTensors.View view : views) {
            fill(values, at, view);
            at += view.count();
        }
        List<Integer> shape = views.get(0).shape();
        return shape.size() == 1 ? values : values.reshape(count / shape.get(1), shape.get(1));
    }

    private void fill(NDArray values, long at, SafeTensors.View view) {
        int width = view.dtype().size();
        for (long offset = 0; offset < view.size(); offset += PIECE) {
            int size = (int) Math.min(PIECE, view.size() - offset);
            try (NDManager call = module.open()) {
                NDArray piece = Native.tensor(call, List.of(size), view.bytes(offset, size), DataType.UINT8);
                NDArray place = Native.size(call, at + offset / width);
                module.run("fill", Native.Mode.NO_GRADIENT, new NDList(place, piece, values));
            }
        }
    }
}
