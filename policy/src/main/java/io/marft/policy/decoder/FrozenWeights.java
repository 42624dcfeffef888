package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.adapter.Projection;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads a checkpoint into a module, as {@code decoder.py} lays its weights out: linear maps that read the same input are one.
 *
 * <p>A model is to take its own size of memory and little more. So each weight is allocated once and filled from the file
 * in small pieces, and matrices that are packed go through one buffer that all of them share. Pieces and buffer matter to
 * glibc's allocator, too: once a large block has been freed, glibc takes blocks of that size from heaps of 64 MiB, of which
 * up to a third stays empty.
 */
final class FrozenWeights {

    /** Bytes of a piece; less than glibc gives a mapping of its own. */
    private static final int PIECE = 96 << 10;

    /** Values of the smallest matrix that is worth packing: a call of oneDNN costs some 10 µs. */
    private static final int SMALLEST = 1 << 15;

    private final Native module;
    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final NDManager memory;
    private final boolean packs;
    private final boolean keeps;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    private final NDList maps = new NDList();
    private final NDList packed = new NDList();
    /** Holds one matrix after the other where matrices are only kept packed; empty where they are kept as they are, too. */
    private final NDArray buffer;

    private FrozenWeights(Native module, Checkpoint checkpoint, NDManager memory, boolean packs, boolean keeps) {
        this.module = module;
        this.checkpoint = checkpoint;
        this.config = checkpoint.config();
        this.memory = memory;
        this.packs = packs;
        this.keeps = keeps;
        this.buffer = module.allocate(memory, packs && !keeps ? largest() : 0, checkpoint.dtype());
    }

    /**
     * Loads a model into a module.
     *
     * @param decodes whether to pack matrices for decoding, where this processor's libraries can
     * @param trains whether to keep them unpacked as well
     */
    static void load(Native module, Checkpoint checkpoint, boolean decodes, boolean trains) {
        try (NDManager memory = module.open()) {
            boolean packs = decodes && module.packs();
            new FrozenWeights(module, checkpoint, memory, packs, trains).take();
        }
    }

    /** How many values the largest matrix has that is packed. */
    private long largest() {
        long width = config.hiddenSize();
        long attention = (long) (config.heads() + 2 * config.kvHeads()) * config.headSize();
        long head = config.tiedEmbeddings() ? 0 : config.vocabSize();
        return width * Math.max(head, Math.max(attention, 2L * config.intermediateSize()));
    }

    private void take() {
        NDArray embedding = vector(List.of("model.embed_tokens.weight")).reshape(-1, config.hiddenSize());
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            for (List<Projection> parts : FusedLora.MAPS) {
                matrix(FusedLora.tensors(layer, parts, "weight"));
                add(vector(FusedLora.tensors(layer, parts, "bias")));
            }
            add(vector(List.of(prefix + "input_layernorm.weight")));
            add(vector(List.of(prefix + "post_attention_layernorm.weight")));
            add(headNorms(prefix + "self_attn."));
        }
        if (config.tiedEmbeddings()) {
            add(memory.create(new Shape(0)));
        } else {
            matrix(List.of("lm_head.weight"));
        }
        add(vector(List.of("model.norm.weight")));
        NDArray rates = memory.create(config.rotary().rates(config.headSize()));
        NDList inputs = new NDList(embedding, rates, Native.size(memory, config.maxPositions()));
        inputs.addAll(maps);
        inputs.addAll(packs ? packed : Native.none(memory, "packed[]"));
        module.run("take", Native.Mode.NO_GRADIENT, inputs);
    }

    /** Adds a linear map, its parts one below the other. */
    private void matrix(List<String> names) {
        long width = checkpoint.tensor(names.get(0)).shape().get(1);
        long count = count(names);
        if (!packs || count < SMALLEST) {
            add(vector(names).reshape(-1, width));
            return;
        }
        NDArray plain = keeps ? vector(names) : join(names, buffer);
        NDList sizes = new NDList(Native.size(memory, count / width), Native.size(memory, width), plain);
        NDList made = module.run("pack", Native.Mode.NO_GRADIENT, sizes);
        packed.add(Native.named(made.get(0), "packed[]"));
        maps.add(Native.named(keeps ? plain.reshape(-1, width) : made.get(1), "maps[]"));
    }

    /** Adds a weight to both lists, as it is. */
    private void add(NDArray weight) {
        maps.add(Native.named(weight, "maps[]"));
        packed.add(Native.named(weight.reshape(weight.getShape()), "packed[]"));
    }

    /** The weights of the norms of all query heads and key heads, [H+K, E]; empty for a family without such norms. */
    private NDArray headNorms(String prefix) {
        if (!config.family().queryKeyNorm()) {
            return memory.create(new Shape(0));
        }
        Stream<String> queries = Stream.generate(() -> prefix + "q_norm.weight").limit(config.heads());
        Stream<String> keys = Stream.generate(() -> prefix + "k_norm.weight").limit(config.kvHeads());
        return vector(Stream.concat(queries, keys).toList()).reshape(-1, config.headSize());
    }

    /** The values of tensors, one after the other, in memory of their own; empty if the model has no such tensors. */
    private NDArray vector(List<String> names) {
        if (!checkpoint.weights().containsKey(names.get(0))) {
            return memory.create(new Shape(0));
        }
        return join(names, module.allocate(memory, count(names), checkpoint.dtype()));
    }

    private long count(List<String> names) {
        return names.stream().mapToLong(name -> checkpoint.tensor(name).count()).sum();
    }

    private NDArray join(List<String> names, NDArray into) {
        long at = 0;
        for (String name : names) {
            fill(into, at, checkpoint.tensor(name));
            at += checkpoint.tensor(name).count();
        }
        return into;
    }

    private void fill(NDArray values, long at, SafeTensors.View view) {
        int width = view.dtype().size();
        view.pieces(piece, (offset, part) -> {
            try (NDManager call = module.open()) {
                NDArray bytes = Native.tensor(call, List.of(part.remaining()), part, DataType.UINT8);
                NDArray place = Native.size(call, at + offset / width);
                module.run("fill", Native.Mode.NO_GRADIENT, new NDList(place, bytes, values));
            }
        });
    }
}
