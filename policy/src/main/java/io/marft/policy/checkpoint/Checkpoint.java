package io.marft.policy.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A base model on disk, in Hugging Face's layout: {@code config.json}, and {@code model.safetensors} or several such files with
 * an index.
 *
 * @param config the model's shape
 * @param dtype type of all weights
 * @param weights every tensor of {@link #layout}, in its order
 * @param digest {@code sha256:…} over configuration, names, shapes and values; it does not depend on how they are spread over
 *     files
 */
public record Checkpoint(ModelConfig config, DType dtype, Map<String, SafeTensors.View> weights, String digest) {

    private static final String CONFIG = "config.json";
    private static final List<String> FILES = List.of(CONFIG, "tokenizer.json", "tokenizer_config.json");

    /**
     * Checks that a directory holds the files of a model, without reading its weights.
     *
     * @throws CheckpointException naming the first file that is missing
     */
    public static void requireFiles(Path directory) {
        if (Shards.areIn(directory)) {
            Shards.requireShards(directory);
        } else {
            requireFile(directory, Shards.WEIGHTS);
        }
        FILES.forEach(name -> requireFile(directory, name));
    }

    private static void requireFile(Path directory, String name) {
        if (!Files.isRegularFile(directory.resolve(name))) {
            throw new CheckpointException(
                    directory.resolve(name),
                    "does not exist: a model's directory holds " + String.join(", ", FILES) + ", and " + Shards.WEIGHTS
                            + " or " + Shards.INDEX);
        }
    }

    /**
     * Reads and checks the model in {@code directory}.
     *
     * @throws CheckpointException if a file is missing or truncated, a tensor has another shape than {@code config.json} asks
     *     for, or a value is not finite
     */
    public static Checkpoint read(Path directory) {
        requireFile(directory, CONFIG);
        ModelConfig config = ModelConfig.read(directory);
        Map<String, Shards.Found> found = Shards.open(directory);
        Path all = directory.resolve(Shards.areIn(directory) ? Shards.INDEX : Shards.WEIGHTS);
        Map<String, Shards.Found> wanted = new LinkedHashMap<>();
        layout(config).forEach((name, shape) -> {
            Shards.Found tensor = found.remove(name);
            if (tensor == null) {
                throw new CheckpointException(all, "tensor " + name + " is missing: config.json asks for it");
            }
            if (!tensor.view().shape().equals(shape)) {
                throw new CheckpointException(
                        tensor.file(),
                        "tensor " + name + " has shape " + tensor.view().shape() + ", config.json asks for " + shape);
            }
            wanted.put(name, tensor);
        });
        refuseOthers(found, config);
        DType dtype = commonType(wanted);
        return new Checkpoint(config, dtype, views(wanted), digest(config, dtype, wanted));
    }

    /** Refuses tensors that are not part of the layout, except for those that transformers derives from it. */
    private static void refuseOthers(Map<String, Shards.Found> others, ModelConfig config) {
        others.forEach((name, tensor) -> {
            boolean tiedHead = config.tiedEmbeddings() && name.equals("lm_head.weight");
            if (!tiedHead && !name.endsWith(".rotary_emb.inv_freq")) {
                throw new CheckpointException(
                        tensor.file(), "tensor " + name + " is not part of a model like config.json's");
            }
        });
    }

    private static DType commonType(Map<String, Shards.Found> weights) {
        Map.Entry<String, Shards.Found> first = weights.entrySet().iterator().next();
        DType dtype = first.getValue().view().dtype();
        weights.forEach((name, tensor) -> {
            if (tensor.view().dtype() != dtype) {
                throw new CheckpointException(
                        tensor.file(),
                        "tensor " + name + " is " + tensor.view().dtype() + " but " + first.getKey() + " is " + dtype
                                + ": all must have one dtype; convert them");
            }
        });
        return dtype;
    }

    private static Map<String, SafeTensors.View> views(Map<String, Shards.Found> weights) {
        Map<String, SafeTensors.View> views = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> views.put(name, tensor.view()));
        return views;
    }

    /** Digests the values and checks them: each byte is read only once. */
    private static String digest(ModelConfig config, DType dtype, Map<String, Shards.Found> weights) {
        Sha256 sha = new Sha256().add(config.toJson(dtype));
        ByteBuffer buffer = ByteBuffer.allocateDirect(SafeTensors.BUFFER);
        weights.forEach((name, tensor) -> {
            sha.add(name + tensor.view().shape());
            tensor.view().pieces(buffer, (offset, piece) -> {
                int broken = dtype.firstNotFinite(piece);
                if (broken >= 0) {
                    throw new CheckpointException(
                            tensor.file(),
                            "tensor " + name + " holds " + dtype.at(piece, broken * dtype.size()) + " at index "
                                    + (offset / dtype.size() + broken) + ": weights must be finite");
                }
                sha.add(piece);
            });
        });
        return sha.text();
    }

    /**
     * Writes a model in float32, its weights in one file.
     *
     * @param weights every tensor of {@link #layout}
     */
    public static void write(Path directory, ModelConfig config, Map<String, Tensor> weights) {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        layout(config).forEach((name, shape) -> {
            Tensor tensor = weights.get(name);
            if (tensor == null || !tensor.shape().equals(shape)) {
                throw new IllegalArgumentException(
                        name + " must have shape " + shape + ", got: " + (tensor == null ? "nothing" : tensor.shape()));
            }
            ordered.put(name, tensor);
        });
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(CONFIG), config.toJson());
            SafeTensors.write(directory.resolve(Shards.WEIGHTS), ordered);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names and shapes of all tensors of a model of this shape, in the order in which the decoder takes them. */
    public static Map<String, List<Integer>> layout(ModelConfig config) {
        int width = config.hiddenSize();
        int query = config.heads() * config.headSize();
        int key = config.kvHeads() * config.headSize();
        int inner = config.intermediateSize();
        Map<String, List<Integer>> layout = new LinkedHashMap<>();
        layout.put("model.embed_tokens.weight", List.of(config.vocabSize(), width));
        layout.put("model.norm.weight", List.of(width));
        if (!config.tiedEmbeddings()) {
            layout.put("lm_head.weight", List.of(config.vocabSize(), width));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            layout.put(prefix + "input_layernorm.weight", List.of(width));
            linear(layout, prefix + "self_attn.q_proj", query, width, config.queryBias());
            linear(layout, prefix + "self_attn.k_proj", key, width, config.queryBias());
            linear(layout, prefix + "self_attn.v_proj", key, width, config.queryBias());
            if (config.family().queryKeyNorm()) {
                layout.put(prefix + "self_attn.q_norm.weight", List.of(config.headSize()));
                layout.put(prefix + "self_attn.k_norm.weight", List.of(config.headSize()));
            }
            linear(layout, prefix + "self_attn.o_proj", width, query, config.outputBias());
            layout.put(prefix + "post_attention_layernorm.weight", List.of(width));
            linear(layout, prefix + "mlp.gate_proj", inner, width, config.mlpBias());
            linear(layout, prefix + "mlp.up_proj", inner, width, config.mlpBias());
            linear(layout, prefix + "mlp.down_proj", width, inner, config.mlpBias());
        }
        return layout;
    }

    private static void linear(Map<String, List<Integer>> layout, String name, int outputs, int inputs, boolean bias) {
        layout.put(name + ".weight", List.of(outputs, inputs));
        if (bias) {
            layout.put(name + ".bias", List.of(outputs));
        }
    }

    /**
     * One tensor of {@link #layout}.
     *
     * @throws IllegalArgumentException if there is no tensor of this name
     */
    public SafeTensors.View tensor(String name) {
        SafeTensors.View view = weights.get(name);
        if (view == null) {
            throw new IllegalArgumentException("tensor " + name + " is not part of this checkpoint");
        }
        return view;
    }

    /** The tensors of {@link #layout}, in its order. */
    public List<SafeTensors.View> ordered() {
        return new ArrayList<>(weights.values());
    }
}
