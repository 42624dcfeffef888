package io.marft.policy.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * PEFT's {@code adapter_config.json}. Settings that would make the adapter another function than W + scale · B A, on some of the
 * seven linear maps of all layers, are refused.
 *
 * @param lora rank, strength and targets; a rank-stabilised adapter's strength is given as alpha · √rank, which is the same
 * @param baseModel name or path of the model that the adapter was trained on; empty if the file has none
 */
record PeftConfig(LoraConfig lora, String baseModel) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** The keys that must be absent, null, false or empty. */
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "fan_in_fan_out",
            "modules_to_save",
            "rank_pattern",
            "alpha_pattern",
            "layers_to_transform",
            "exclude_modules",
            "lora_bias",
            "layer_replication",
            "trainable_token_indices",
            "target_parameters",
            "alora_invocation_tokens",
            "arrow_config",
            "kasa_config",
            "monteclora_config",
            "use_bdlora",
            "use_qalora");

    /** The ways to initialise that leave the base model's weights as they are; others train against changed weights. */
    private static final List<String> BEGINNINGS = List.of("true", "false", "gaussian", "eva", "orthogonal", "mica");

    static PeftConfig read(Path file) {
        JsonNode json;
        try {
            json = JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read as JSON: a PEFT directory has such a file", e);
        }
        try {
            return of(json);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    private static PeftConfig of(JsonNode json) {
        check(json, "peft_type", "LORA", List.of("LORA"));
        check(json, "bias", "none", List.of("none"));
        check(json, "init_lora_weights", "true", BEGINNINGS);
        for (String key : UNSUPPORTED) {
            JsonNode value = json.path(key);
            boolean unset = value.isContainerNode() ? value.isEmpty() : !json.hasNonNull(key) || isFalse(value);
            if (!unset) {
                throw new IllegalArgumentException(
                        key + " must not be set: only plain LoRA is supported, got: " + value);
            }
        }
        int rank = json.path("r").asInt(8);
        double alpha = json.path("lora_alpha").asDouble(8);
        boolean stabilised = json.path("use_rslora").asBoolean(false);
        LoraConfig lora = new LoraConfig(rank, (float) (stabilised ? alpha * Math.sqrt(rank) : alpha), targets(json));
        return new PeftConfig(lora, json.path("base_model_name_or_path").asText(""));
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.asBoolean();
    }

    private static void check(JsonNode json, String key, String absent, List<String> allowed) {
        String value = json.hasNonNull(key) ? json.get(key).asText() : absent;
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException(
                    key + " must be one of " + String.join(", ", allowed) + ", got: " + json.get(key));
        }
    }

    /**
     * The linear maps that {@code target_modules} names. PEFT also takes whole names, such as
     * {@code model.layers.0.self_attn.q_proj}: of those only the last part counts here, and the tensors tell whether every
     * layer has the map.
     */
    private static List<String> targets(JsonNode json) {
        JsonNode node = json.path("target_modules");
        if (node.asText().equals("all-linear")) {
            return Arrays.stream(Projection.values()).map(Projection::label).toList();
        }
        if (!node.isArray()) {
            throw new IllegalArgumentException(
                    "target_modules must be a list of linear maps or \"all-linear\", got: " + node);
        }
        List<String> targets = new ArrayList<>();
        node.forEach(
                target -> targets.add(target.asText().substring(target.asText().lastIndexOf('.') + 1)));
        return targets;
    }

    /** The file as PEFT writes it for inference. */
    String toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        if (lora.alpha() == Math.rint(lora.alpha())) {
            json.put("lora_alpha", (long) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        json.put("lora_dropout", 0.0);
        json.putNull("modules_to_save");
        json.put("peft_type", "LORA");
        json.put("r", lora.rank());
        lora.targets().forEach(json.putArray("target_modules")::add);
        json.put("task_type", "CAUSAL_LM");
        json.put("use_dora", false);
        json.put("use_rslora", false);
        return json.toPrettyString() + "\n";
    }
}
