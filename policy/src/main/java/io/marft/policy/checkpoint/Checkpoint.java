package io.marft.policy.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A base model on disk, in Hugging Face's layout: {@code config.json} and {@code model.safetensors}.
 *
 * @param config the model's shape
 * @param weights every tensor of {@link #layout}, in its order
 * @param digest {@code sha256:…} over configuration, names, shapes and values, whatever their order in the file
 */
public record Checkpoint(ModelConfig config, Map<String, SafeTensors.View> weights, String digest) {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final List<String> FILES = List.of(CONFIG, WEIGHTS, "tokenizer.json", "tokenizer_config.json");

    /**
     * Checks that a directory holds the files of a model, without reading them.
     *
     * @throws CheckpointException naming the first file that is missing
     */
    public static void requireFiles(Path directory) {
        for (String name : FILES) {
            if (!Files.isRegularFile(directory.resolve(name))) {
                throw new CheckpointException(
                        directory.resolve(name),
                        "does not exist: a model's directory holds " + String.join(", ", FILES));
            }
        }
    }

    /**
     * Reads and checks the model in {@code directory}.
     *
     * @throws CheckpointException if a file is missing, truncated, mis-shaped or holds a value that is not finite
     */
    public static Checkpoint read(Path directory) {
        ModelConfig config = ModelConfig.read(directory.resolve(CONFIG));
        Path file = directory.resolve(WEIGHTS);
        Map<String, SafeTensors.View> found = SafeTensors.map(file);
        Map<String, SafeTensors.View> weights = new LinkedHashMap<>();
        layout(config).forEach((name, shape) -> {
            SafeTensors.View view = found.remove(name);
            if (view == null) {
                throw new CheckpointException(file, "tensor " + name + " is missing: config.json asks for it");
            }
            if (!view.shape().equals(shape)) {
                throw new CheckpointException(
                        file, "tensor " + name + " has shape " + view.shape() + ", config.json asks for " + shape);
            }
            checkFinite(file, name, view);
            weights.put(name, view);
        });
        if (config.tiedEmbeddings()) {
            found.remove("lm_head.weight");
        }
        if (!found.isEmpty()) {
            String name = found.keySet().iterator().next();
            throw new CheckpointException(file, "tensor " + name + " is not part of a model like config.json's");
        }
        return new Checkpoint(config, weights, digest(config, weights));
    }

    /**
     * Writes a model.
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
            SafeTensors.write(directory.resolve(WEIGHTS), ordered);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names and shapes of all tensors of such a model, in the order in which the decoder takes them. */
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
            layout.put(prefix + "self_attn.q_proj.weight", List.of(query, width));
            layout.put(prefix + "self_attn.q_proj.bias", List.of(query));
            layout.put(prefix + "self_attn.k_proj.weight", List.of(key, width));
            layout.put(prefix + "self_attn.k_proj.bias", List.of(key));
            layout.put(prefix + "self_attn.v_proj.weight", List.of(key, width));
            layout.put(prefix + "self_attn.v_proj.bias", List.of(key));
            layout.put(prefix + "self_attn.o_proj.weight", List.of(width, query));
            layout.put(prefix + "post_attention_layernorm.weight", List.of(width));
            layout.put(prefix + "mlp.gate_proj.weight", List.of(inner, width));
            layout.put(prefix + "mlp.up_proj.weight", List.of(inner, width));
            layout.put(prefix + "mlp.down_proj.weight", List.of(width, inner));
        }
        return layout;
    }

    private static void checkFinite(Path file, String name, SafeTensors.View view) {
        FloatBuffer values =
                view.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int i = 0; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                throw new CheckpointException(
                        file,
                        "tensor " + name + " holds " + values.get(i) + " at index " + i + ": weights must be finite");
            }
        }
    }

    private static String digest(ModelConfig config, Map<String, SafeTensors.View> weights) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(config.toJson().getBytes(StandardCharsets.UTF_8));
            weights.forEach((name, view) -> {
                sha.update((name + view.shape()).getBytes(StandardCharsets.UTF_8));
                ByteBuffer bytes = view.bytes().duplicate();
                sha.update(bytes);
            });
            return "sha256:" + HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** The tensors of {@link #layout}, in its order. */
    public List<SafeTensors.View> ordered() {
        return new ArrayList<>(weights.values());
    }
}
