package io.marft.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code config.json} as transformers does, in its old spelling and in that of version 5. It refuses settings that would
 * make the model another function than the decoder computes. A key with the value null counts as absent.
 */
final class ConfigReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ConfigReader() {}

    static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        JsonNode json = json(file);
        Path generationFile = directory.resolve("generation_config.json");
        JsonNode generation = Files.isRegularFile(generationFile) ? json(generationFile) : JSON.createObjectNode();
        try {
            return config(json, generation);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    private static ModelConfig config(JsonNode json, JsonNode generation) {
        Family family = family(json);
        refuseOtherFunctions(json);
        int hiddenSize = integer(json, "hidden_size");
        int heads = integer(json, "num_attention_heads");
        if (!json.hasNonNull("head_dim") && family.dividesWidth()) {
            ModelConfig.checkDivides(hiddenSize, heads);
        }
        boolean attentionBias = json.path("attention_bias").asBoolean(false);
        int positions = integer(json, "max_position_embeddings");
        List<Integer> eos = eosTokens(json, generation);
        return new ModelConfig(
                family,
                hiddenSize,
                integer(json, "num_hidden_layers"),
                heads,
                json.hasNonNull("num_key_value_heads") ? integer(json, "num_key_value_heads") : heads,
                json.hasNonNull("head_dim") ? integer(json, "head_dim") : family.headSize(hiddenSize, heads),
                integer(json, "intermediate_size"),
                integer(json, "vocab_size"),
                number(json, "rms_norm_eps", 1e-6),
                rotary(json, positions),
                positions,
                json.path("tie_word_embeddings").asBoolean(false),
                family.queryBias(attentionBias),
                family.outputBias(attentionBias),
                family.mlpBias(json.path("mlp_bias").asBoolean(false)),
                eos,
                padToken(json, generation, eos));
    }

    private static Family family(JsonNode json) {
        Family family = Family.of(json.path("model_type").asText())
                .orElseThrow(() -> new IllegalArgumentException(
                        "model_type must be one of " + Family.supported() + ", got: " + text(json, "model_type")));
        JsonNode architecture = json.path("architectures").path(0);
        if (architecture.isTextual() && !architecture.asText().equals(family.architecture())) {
            throw new IllegalArgumentException("architectures of a " + family.modelType() + " must be "
                    + family.architecture() + ", got: " + architecture);
        }
        return family;
    }

    private static void refuseOtherFunctions(JsonNode json) {
        if (json.hasNonNull("quantization_config")) {
            throw new IllegalArgumentException("quantization_config is set: quantized weights cannot be read; take the"
                    + " model's float32, bfloat16 or float16 version");
        }
        String activation = json.path("hidden_act").asText("silu");
        if (json.hasNonNull("hidden_act") && !activation.equals("silu")) {
            throw new IllegalArgumentException("hidden_act must be silu, got: " + activation);
        }
        if (json.path("use_sliding_window").asBoolean(false)) {
            throw new IllegalArgumentException("use_sliding_window must be false: sliding attention is not supported");
        }
        for (JsonNode type : json.path("layer_types")) {
            if (!type.asText().equals("full_attention")) {
                throw new IllegalArgumentException("layer_types must all be full_attention, got: " + type);
            }
        }
    }

    /** Reads the rope settings; those of the inner object prevail over those beside it. */
    private static Rotary rotary(JsonNode json, int positions) {
        JsonNode old = json.path("rope_scaling");
        JsonNode inner = old.isObject() && !old.isEmpty() ? old : json.path("rope_parameters");
        for (JsonNode node : List.of(json, inner)) {
            double partial = number(node, "partial_rotary_factor", 1);
            if (partial != 1) {
                throw new IllegalArgumentException("partial_rotary_factor must be 1, got: " + partial);
            }
        }
        double theta = number(inner, "rope_theta", number(json, "rope_theta", 10_000));
        String type = inner.path("rope_type").asText(inner.path("type").asText("default"));
        return new Rotary(
                theta,
                switch (type) {
                    case "default" -> new Rotary.Unscaled();
                    case "linear" -> new Rotary.Linear(number(inner, "factor"));
                    case "llama3" ->
                        new Rotary.Llama3(
                                number(inner, "factor"),
                                number(inner, "low_freq_factor"),
                                number(inner, "high_freq_factor"),
                                originalPositions(json, inner, positions));
                    default ->
                        throw new IllegalArgumentException(
                                "rope_type must be one of default, linear, llama3, got: " + type);
                });
    }

    private static int originalPositions(JsonNode json, JsonNode inner, int positions) {
        String name = "original_max_position_embeddings";
        if (json.hasNonNull(name)) {
            return integer(json, name);
        }
        return inner.hasNonNull(name) ? integer(inner, name) : positions;
    }

    private static List<Integer> eosTokens(JsonNode json, JsonNode generation) {
        Set<Integer> tokens = new LinkedHashSet<>();
        for (JsonNode from : List.of(generation, json)) {
            JsonNode node = from.path("eos_token_id");
            if (node.isArray()) {
                node.forEach(id -> tokens.add(id.asInt(-1)));
            } else if (!node.isMissingNode() && !node.isNull()) {
                tokens.add(integer(from, "eos_token_id"));
            }
        }
        return new ArrayList<>(tokens);
    }

    /** The token that fills padded places: what the files say, or else the first end token. Some models say -1 for none. */
    private static int padToken(JsonNode json, JsonNode generation, List<Integer> eos) {
        for (JsonNode from : List.of(json, generation)) {
            int token = from.path("pad_token_id").asInt(-1);
            if (token >= 0) {
                return token;
            }
        }
        return eos.isEmpty() ? 0 : eos.get(0);
    }

    private static int integer(JsonNode json, String name) {
        JsonNode node = json.path(name);
        if (!node.isInt()) {
            throw new IllegalArgumentException(name + " must be an integer, got: " + text(json, name));
        }
        return node.asInt();
    }

    private static double number(JsonNode json, String name, double absent) {
        return json.hasNonNull(name) ? number(json, name) : absent;
    }

    private static double number(JsonNode json, String name) {
        JsonNode node = json.path(name);
        if (!node.isNumber()) {
            throw new IllegalArgumentException(name + " must be a number, got: " + text(json, name));
        }
        return node.asDouble();
    }

    private static String text(JsonNode json, String name) {
        return json.has(name) ? json.get(name).toString() : "nothing";
    }

    private static JsonNode json(Path file) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new CheckpointException(file, "must be a JSON object; copy it again");
            }
            return json;
        } catch (IOException e) {
            String reason = e.getMessage() == null
                    ? ""
                    : e.getMessage().lines().findFirst().orElse("");
            throw new CheckpointException(file, "cannot be read as JSON (" + reason + ")", e);
        }
    }
}
