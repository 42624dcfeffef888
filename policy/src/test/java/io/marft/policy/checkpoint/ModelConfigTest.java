package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String QWEN3_0_6B =
            """
            {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
            "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
            "initializer_range": 0.02, "intermediate_size": 3072, "max_position_embeddings": 40960,
            "max_window_layers": 28, "model_type": "qwen3", "num_attention_heads": 16, "num_hidden_layers": 28,
            "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
            "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false, "vocab_size": 151936}
            """;

    private static final String LLAMA_3_2_1B =
            """
            {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 128000,
            "eos_token_id": [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
            "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
            "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "pretraining_tp": 1,
            "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
            "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
            "tie_word_embeddings": true, "torch_dtype": "bfloat16", "vocab_size": 128256}
            """;

    @TempDir
    Path directory;

    @Test
    void shouldReadAPublishedQwen3() throws IOException {
        write(QWEN3_0_6B);
        Files.writeString(
                directory.resolve("generation_config.json"),
                "{\"eos_token_id\": [151645, 151643], \"pad_token_id\": 151643, \"top_k\": 20}");

        ModelConfig read = ModelConfig.read(directory);

        assertEquals(
                new ModelConfig(
                        Family.QWEN3,
                        1024,
                        28,
                        16,
                        8,
                        128,
                        3072,
                        151936,
                        1e-6,
                        Rotary.plain(1_000_000),
                        40960,
                        true,
                        false,
                        false,
                        false,
                        List.of(151645, 151643),
                        151643),
                read);
        assertTrue(read.family().queryKeyNorm());
    }

    @Test
    void shouldReadAPublishedLlama() throws IOException {
        write(LLAMA_3_2_1B);

        assertEquals(
                new ModelConfig(
                        Family.LLAMA,
                        2048,
                        16,
                        32,
                        8,
                        64,
                        8192,
                        128256,
                        1e-5,
                        new Rotary(500_000, new Rotary.Llama3(32, 1, 4, 8192)),
                        131072,
                        true,
                        false,
                        false,
                        false,
                        List.of(128001, 128008, 128009),
                        128001),
                ModelConfig.read(directory));
    }

    @Test
    void shouldReadBackWhatItWroteForEveryFamily() throws IOException {
        for (Family family : Family.values()) {
            ModelConfig config = TinyModels.config(family);
            Files.writeString(directory.resolve("config.json"), config.toJson(DType.BF16));

            assertEquals(config, ModelConfig.read(directory));
        }
    }

    /** What is written for a model is part of its digest, so it may never change. */
    @Test
    void shouldWriteTheBytesThatDigestsAreMadeOf() {
        assertEquals(
                """
                {
                  "architectures" : [ "Qwen2ForCausalLM" ],
                  "model_type" : "qwen2",
                  "hidden_act" : "silu",
                  "torch_dtype" : "float32",
                  "hidden_size" : 32,
                  "num_hidden_layers" : 2,
                  "num_attention_heads" : 4,
                  "num_key_value_heads" : 2,
                  "intermediate_size" : 48,
                  "vocab_size" : 101,
                  "rms_norm_eps" : 1.0E-6,
                  "rope_theta" : 10000.0,
                  "max_position_embeddings" : 128,
                  "tie_word_embeddings" : true,
                  "eos_token_id" : 1,
                  "pad_token_id" : 0
                }
                """,
                TinyModels.config().toJson());
    }

    @Test
    void shouldReadTheSpellingOfTransformers5() throws IOException {
        ModelConfig old = TinyModels.config(Family.LLAMA);
        ObjectNode json = (ObjectNode) JSON.readTree(old.toJson(DType.BF16));
        ObjectNode rope = (ObjectNode) json.remove("rope_scaling");
        rope.set("rope_theta", json.remove("rope_theta"));
        json.set("rope_parameters", rope);
        json.set("dtype", json.remove("torch_dtype"));
        write(json.toString());

        assertEquals(old, ModelConfig.read(directory));
    }

    @Test
    void shouldReadEverySpellingOfScaling() throws IOException {
        Rotary linear = new Rotary(10_000, new Rotary.Linear(2));
        assertEquals(linear, rotary("rope_scaling", "{\"type\": \"linear\", \"factor\": 2}"));
        assertEquals(linear, rotary("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 2.0}"));
        assertEquals(linear, rotary("rope_parameters", "{\"rope_type\": \"linear\", \"factor\": 2.0}"));
        assertEquals(
                new Rotary(7, new Rotary.Unscaled()),
                rotary("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 7}"));
        assertEquals(Rotary.plain(10_000), rotary("rope_scaling", "{}"));
        assertEquals(
                new Rotary(10_000, new Rotary.Llama3(8, 1, 4, 128)),
                rotary(
                        "rope_scaling",
                        "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4}"));
    }

    @Test
    void shouldUseTheDefaultsOfTransformers() throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(QWEN3_0_6B);
        json.remove(List.of("head_dim", "rope_theta", "rms_norm_eps", "tie_word_embeddings"));
        json.putNull("num_key_value_heads");
        write(json.toString());

        ModelConfig read = ModelConfig.read(directory);

        assertEquals(128, read.headSize());
        assertEquals(16, read.kvHeads());
        assertEquals(Rotary.plain(10_000), read.rotary());
        assertEquals(1e-6, read.rmsNormEps());
        assertFalse(read.tiedEmbeddings());
        assertEquals(151645, read.padToken());
    }

    @Test
    void shouldHaveTheBiasesOfItsFamily() throws IOException {
        write(with(TinyModels.config(), "attention_bias", "true"));
        assertTrue(ModelConfig.read(directory).queryBias());
        assertFalse(ModelConfig.read(directory).outputBias());

        write(with(TinyModels.config(Family.LLAMA), "attention_bias", "false"));
        assertFalse(ModelConfig.read(directory).queryBias());
        assertFalse(ModelConfig.read(directory).outputBias());
        assertTrue(ModelConfig.read(directory).mlpBias());
    }

    @Test
    void shouldUniteTheEndTokensOfBothFiles() throws IOException {
        write(with(TinyModels.config(), "eos_token_id", "[3, 1]"));
        Path generation = directory.resolve("generation_config.json");

        Files.writeString(generation, "{\"eos_token_id\": 5}");
        assertEquals(List.of(5, 3, 1), ModelConfig.read(directory).eosTokens());
        Files.writeString(generation, "{\"eos_token_id\": [1, 4]}");
        assertEquals(List.of(1, 4, 3), ModelConfig.read(directory).eosTokens());
        Files.writeString(generation, "{\"eos_token_id\": null}");
        assertEquals(List.of(3, 1), ModelConfig.read(directory).eosTokens());
        Files.writeString(generation, "{}");
        assertEquals(List.of(3, 1), ModelConfig.read(directory).eosTokens());
    }

    @Test
    void shouldTakeThePadTokenFromConfigThenGenerationThenTheFirstEnd() throws IOException {
        Path generation = directory.resolve("generation_config.json");
        write(with(TinyModels.config(), "pad_token_id", "2"));
        Files.writeString(generation, "{\"pad_token_id\": 4}");
        assertEquals(2, ModelConfig.read(directory).padToken());
        write(with(TinyModels.config(), "pad_token_id", "null"));
        assertEquals(4, ModelConfig.read(directory).padToken());
        Files.delete(generation);
        assertEquals(1, ModelConfig.read(directory).padToken());
    }

    @Test
    void shouldRefuseAModelThatTheDecoderDoesNotCompute() throws IOException {
        assertFault("model_type", "\"gpt2\"", "model_type must be one of qwen2, qwen3, llama, got: \"gpt2\"");
        assertFault("model_type", "null", "model_type must be one of qwen2, qwen3, llama, got: null");
        assertFault(
                "architectures",
                "[\"Qwen2ForSequenceClassification\"]",
                "architectures of a qwen2 must be Qwen2ForCausalLM, got: \"Qwen2ForSequenceClassification\"");
        assertFault("hidden_act", "\"gelu\"", "hidden_act must be silu, got: gelu");
        assertFault(
                "quantization_config",
                "{\"quant_method\": \"gptq\"}",
                "quantization_config is set: quantized weights cannot be read; take the model's float32, bfloat16 or"
                        + " float16 version");
        assertFault(
                "use_sliding_window", "true", "use_sliding_window must be false: sliding attention is not supported");
        assertFault(
                "layer_types",
                "[\"full_attention\", \"sliding_attention\"]",
                "layer_types must all be full_attention, got: \"sliding_attention\"");
        for (String type : List.of("yarn", "dynamic", "longrope")) {
            assertFault(
                    "rope_scaling",
                    "{\"rope_type\": \"" + type + "\", \"factor\": 4}",
                    "rope_type must be one of default, linear, llama3, got: " + type);
        }
        assertFault("partial_rotary_factor", "0.5", "partial_rotary_factor must be 1, got: 0.5");
        assertFault(
                "rope_parameters",
                "{\"rope_type\": \"default\", \"partial_rotary_factor\": 0.25}",
                "partial_rotary_factor must be 1, got: 0.25");
    }

    @Test
    void shouldRefuseSizesThatDoNotFit() throws IOException {
        assertFault("hidden_size", "30", "hidden_size=30 must be a multiple of heads=4");
        assertFault("hidden_size", "\"wide\"", "hidden_size must be an integer, got: \"wide\"");
        assertFault("vocab_size", "null", "vocab_size must be an integer, got: null");
        assertFault("num_attention_heads", "0", "num_attention_heads must be positive, got: 0");
        assertFault("num_key_value_heads", "3", "heads=4 must be a multiple of kv heads=3");
        assertFault("head_dim", "7", "head size=7 must be even (rotary pairs)");
        assertFault("rms_norm_eps", "0", "rms_norm_eps must be between 0 and 1, got: 0.0");
        assertFault("eos_token_id", "null", "eos_token_id is missing: outputs could not end");
        assertFault("eos_token_id", "[1, 200]", "eos_token_id=200 must be below vocab_size=101");
        assertFault("pad_token_id", "101", "pad_token_id=101 must be below 101");
        assertFault("rope_scaling", "{\"type\": \"linear\"}", "factor must be a number, got: nothing");
    }

    @Test
    void shouldRefuseBiasesThatAFamilyDoesNotHave() {
        ModelConfig llama = TinyModels.config(Family.LLAMA);

        assertEquals(
                "qwen2 has no model with biases on q, k, v=true, o=true, feed-forward=true",
                assertThrows(IllegalArgumentException.class, () -> as(Family.QWEN2, llama))
                        .getMessage());
    }

    @Test
    void shouldRefuseAFileThatIsNoJson() throws IOException {
        write("{");
        assertFault("cannot be read as JSON");
        write("[]");
        assertFault("must be a JSON object; copy it again");
        Files.delete(directory.resolve("config.json"));
        assertFault("cannot be read as JSON");
    }

    private static ModelConfig as(Family family, ModelConfig like) {
        return new ModelConfig(
                family,
                like.hiddenSize(),
                like.layers(),
                like.heads(),
                like.kvHeads(),
                like.headSize(),
                like.intermediateSize(),
                like.vocabSize(),
                like.rmsNormEps(),
                like.rotary(),
                like.maxPositions(),
                like.tiedEmbeddings(),
                like.queryBias(),
                like.outputBias(),
                like.mlpBias(),
                like.eosTokens(),
                like.padToken());
    }

    private Rotary rotary(String key, String value) throws IOException {
        write(with(TinyModels.config(), key, value));
        return ModelConfig.read(directory).rotary();
    }

    private static String with(ModelConfig config, String key, String value) throws IOException {
        JsonNode json = JSON.readTree(config.toJson());
        return ((ObjectNode) json).set(key, JSON.readTree(value)).toString();
    }

    private void write(String json) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
    }

    private void assertFault(String key, String value, String fault) throws IOException {
        write(with(TinyModels.config(), key, value));
        assertFault(fault);
    }

    private void assertFault(String fault) {
        String message = assertThrows(CheckpointException.class, () -> ModelConfig.read(directory))
                .getMessage();
        assertTrue(message.startsWith(directory.resolve("config.json") + ": " + fault), message);
        assertFalse(message.contains("\n"), message);
    }
}
