package io.marft.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a decoder in the Qwen2 layout: Hugging Face's {@code config.json}.
 *
 * @param hiddenSize width D
 * @param layers number of decoder layers
 * @param heads query heads H
 * @param kvHeads key and value heads K; divides H
 * @param intermediateSize width of the gated feed-forward
 * @param vocabSize number of token ids V
 * @param rmsNormEps added to the mean square before its root
 * @param ropeTheta base of the rotary angles
 * @param maxPositions longest sequence, prompt and output together
 * @param tiedEmbeddings whether the output head is the embedding
 * @param eosTokens tokens that end an output; the first is the one that training writes
 * @param padToken the id that fills padded places (its value has no influence)
 */
public record ModelConfig(
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int intermediateSize,
        int vocabSize,
        double rmsNormEps,
        double ropeTheta,
        int maxPositions,
        boolean tiedEmbeddings,
        List<Integer> eosTokens,
        int padToken) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Checks that the sizes fit together. */
    public ModelConfig {
        eosTokens = List.copyOf(eosTokens);
        positive("hidden_size", hiddenSize);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("num_key_value_heads", kvHeads);
        positive("intermediate_size", intermediateSize);
        positive("vocab_size", vocabSize);
        positive("max_position_embeddings", maxPositions);
        check(hiddenSize % heads == 0, "hidden_size=" + hiddenSize + " must be a multiple of heads=" + heads);
        check(heads % kvHeads == 0, "heads=" + heads + " must be a multiple of kv heads=" + kvHeads);
        check(hiddenSize / heads % 2 == 0, "head size=" + hiddenSize / heads + " must be even (rotary pairs)");
        check(!eosTokens.isEmpty(), "eos_token_id is missing: outputs could not end");
        for (int token : eosTokens) {
            check(token >= 0 && token < vocabSize, "eos_token_id=" + token + " must be below vocab_size=" + vocabSize);
        }
        check(padToken >= 0 && padToken < vocabSize, "pad_token_id=" + padToken + " must be below " + vocabSize);
    }

    /** Size E of one head. */
    public int headSize() {
        return hiddenSize / heads;
    }

    /**
     * Reads {@code config.json}.
     *
     * @throws CheckpointException if it is missing, is not JSON, or describes a model that this decoder cannot run
     */
    public static ModelConfig read(Path file) {
        JsonNode json;
        try {
            json = JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(
                    file,
                    "cannot be read as JSON ("
                            + e.getMessage().lines().findFirst().orElse("") + ")",
                    e);
        }
        if (!"qwen2".equals(json.path("model_type").asText())) {
            throw new CheckpointException(file, "model_type must be qwen2, got: " + json.path("model_type"));
        }
        try {
            List<Integer> eos = new ArrayList<>();
            JsonNode node = json.path("eos_token_id");
            if (node.isArray()) {
                node.forEach(id -> eos.add(id.asInt()));
            } else if (node.isInt()) {
                eos.add(node.asInt());
            }
            int heads = integer(json, "num_attention_heads");
            return new ModelConfig(
                    integer(json, "hidden_size"),
                    integer(json, "num_hidden_layers"),
                    heads,
                    json.path("num_key_value_heads").asInt(heads),
                    integer(json, "intermediate_size"),
                    integer(json, "vocab_size"),
                    json.path("rms_norm_eps").asDouble(1e-6),
                    json.path("rope_theta").asDouble(10_000),
                    integer(json, "max_position_embeddings"),
                    json.path("tie_word_embeddings").asBoolean(false),
                    eos,
                    json.path("pad_token_id").asInt(0));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    /** This configuration as the text of a {@code config.json}, the same for the same values. */
    public String toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add("Qwen2ForCausalLM");
        json.put("model_type", "qwen2");
        json.put("hidden_act", "silu");
        json.put("torch_dtype", "float32");
        json.put("hidden_size", hiddenSize);
        json.put("num_hidden_layers", layers);
        json.put("num_attention_heads", heads);
        json.put("num_key_value_heads", kvHeads);
        json.put("intermediate_size", intermediateSize);
        json.put("vocab_size", vocabSize);
        json.put("rms_norm_eps", rmsNormEps);
        json.put("rope_theta", ropeTheta);
        json.put("max_position_embeddings", maxPositions);
        json.put("tie_word_embeddings", tiedEmbeddings);
        if (eosTokens.size() == 1) {
            json.put("eos_token_id", eosTokens.get(0));
        } else {
            eosTokens.forEach(json.putArray("eos_token_id")::add);
        }
        json.put("pad_token_id", padToken);
        try {
            return JSON.writeValueAsString(json).replace(System.lineSeparator(), "\n") + "\n";
        } catch (IOException e) {
            throw new IllegalStateException("A tree of plain values can be written", e);
        }
    }

    private static int integer(JsonNode json, String name) {
        JsonNode node = json.path(name);
        check(node.isInt(), name + " must be an integer, got: " + node);
        return node.asInt();
    }

    private static void positive(String name, int value) {
        check(value > 0, name + " must be positive, got: " + value);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
