package io.marft.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Writes {@code config.json}. Its bytes are part of a checkpoint's digest, so they must stay the same for a model: a key that
 * is added here is left out where it has the family's default.
 */
final class ConfigWriter {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ConfigWriter() {}

    static String write(ModelConfig config, DType dtype) {
        Family family = config.family();
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add(family.architecture());
        json.put("model_type", family.modelType());
        json.put("hidden_act", "silu");
        json.put("torch_dtype", dtype.torchName());
        json.put("hidden_size", config.hiddenSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.kvHeads());
        if (config.headSize() != family.headSize(config.hiddenSize(), config.heads())) {
            json.put("head_dim", config.headSize());
        }
        json.put("intermediate_size", config.intermediateSize());
        json.put("vocab_size", config.vocabSize());
        json.put("rms_norm_eps", config.rmsNormEps());
        json.put("rope_theta", config.rotary().theta());
        scaling(json, config.rotary().scaling());
        json.put("max_position_embeddings", config.maxPositions());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        if (config.outputBias()) {
            json.put("attention_bias", true);
        }
        if (config.mlpBias()) {
            json.put("mlp_bias", true);
        }
        if (config.eosTokens().size() == 1) {
            json.put("eos_token_id", config.eosTokens().get(0));
        } else {
            config.eosTokens().forEach(json.putArray("eos_token_id")::add);
        }
        json.put("pad_token_id", config.padToken());
        try {
            return JSON.writeValueAsString(json).replace(System.lineSeparator(), "\n") + "\n";
        } catch (IOException e) {
            throw new IllegalStateException("A tree of plain values can be written", e);
        }
    }

    private static void scaling(ObjectNode json, Rotary.Scaling scaling) {
        if (scaling instanceof Rotary.Linear linear) {
            json.putObject("rope_scaling").put("rope_type", "linear").put("factor", linear.factor());
        } else if (scaling instanceof Rotary.Llama3 llama3) {
            json.putObject("rope_scaling")
                    .put("rope_type", "llama3")
                    .put("factor", llama3.factor())
                    .put("low_freq_factor", llama3.lowFrequency())
                    .put("high_freq_factor", llama3.highFrequency())
                    .put("original_max_position_embeddings", llama3.originalPositions());
        }
    }
}
