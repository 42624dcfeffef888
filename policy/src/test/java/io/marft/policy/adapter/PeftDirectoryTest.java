package io.marft.policy.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.Family;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftDirectoryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ModelConfig MODEL = TinyModels.config(Family.QWEN3);
    private static final List<String> ALL =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    /** As peft 0.21 writes it, but for a few keys of no consequence. */
    private static final String PEFT =
            """
            {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
            "base_model_name_or_path": "Qwen/Qwen3-0.6B", "bias": "none", "corda_config": null, "ensure_weight_tying":
            false, "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
            "init_lora_weights": true, "layer_replication": null, "layers_pattern": null, "layers_to_transform": null,
            "loftq_config": {}, "lora_alpha": 16, "lora_bias": false, "lora_dropout": 0.05, "megatron_config": null,
            "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA", "peft_version": "0.21.2",
            "qalora_group_size": 16, "r": 4, "rank_pattern": {}, "revision": null, "target_modules": ["v_proj",
            "q_proj"], "target_parameters": null, "task_type": "CAUSAL_LM", "trainable_token_indices": null,
            "use_bdlora": null, "use_dora": false, "use_qalora": false, "use_rslora": false}
            """;

    @TempDir
    Path directory;

    private Path config() {
        return directory.resolve("adapter_config.json");
    }

    private Path weights() {
        return directory.resolve("adapter_model.safetensors");
    }

    private static Adapter adapter(LoraConfig lora) {
        Adapter initial = Adapter.initial(lora, MODEL, 1);
        return initial.withValues(initial.tensors().values().stream()
                .map(tensor -> {
                    float[] values = tensor.values().clone();
                    for (int i = 0; i < values.length; i++) {
                        values[i] += (i % 7 - 3) / 64f;
                    }
                    return values;
                })
                .toList());
    }

    @Test
    void shouldReadBackEveryBitThatItWrote() {
        for (LoraConfig lora : List.of(new LoraConfig(3, 7.5f, List.of("down_proj")), new LoraConfig(16, 32, ALL))) {
            Adapter adapter = adapter(lora);
            new PeftDirectory(directory, adapter, "some/model", "sha256:abc").write();

            PeftDirectory read = PeftDirectory.read(directory);

            assertEquals(adapter.digest(), read.adapter().digest());
            assertEquals(lora, read.adapter().config());
            assertEquals("some/model", read.baseModel());
            assertEquals("sha256:abc", read.baseModelDigest());
            read.checkFits("sha256:abc", MODEL);
        }
    }

    @Test
    void shouldWriteWhatPeftReads() throws IOException {
        new PeftDirectory(directory, adapter(new LoraConfig(4, 8, List.of("q_proj"))), "some/model", "sha256:abc")
                .write();

        JsonNode json = JSON.readTree(Files.readString(config()));
        assertEquals("LORA", json.get("peft_type").asText());
        assertEquals("CAUSAL_LM", json.get("task_type").asText());
        assertTrue(json.get("inference_mode").asBoolean());
        assertEquals(4, json.get("r").asInt());
        assertTrue(json.get("lora_alpha").isInt());
        assertEquals(JSON.readTree("[\"q_proj\"]"), json.get("target_modules"));
        assertEquals(Map.of("format", "pt", "marft_base_model_digest", "sha256:abc"), SafeTensors.metadata(weights()));
    }

    @Test
    void shouldReadWhatPeftWroteInEveryType() throws IOException {
        Adapter adapter = adapter(new LoraConfig(4, 16, List.of("q_proj", "v_proj")));
        Files.writeString(config(), PEFT);
        for (DType type : DType.values()) {
            WeightFiles.write(weights(), adapter.tensors(), type);

            PeftDirectory read = PeftDirectory.read(directory);

            assertEquals(adapter.config(), read.adapter().config());
            assertEquals("Qwen/Qwen3-0.6B", read.baseModel());
            assertEquals("", read.baseModelDigest());
            assertArrayEquals(
                    adapter.b(1, Projection.V).values(),
                    read.adapter().b(1, Projection.V).values(),
                    type == DType.F32 ? 0 : 0x1p-8f);
            read.checkFits("sha256:any", MODEL);
        }
    }

    @Test
    void shouldScaleARankStabilisedAdapterByAlphaOverTheRootOfItsRank() throws IOException {
        Adapter adapter = adapter(new LoraConfig(4, 16, List.of("q_proj", "v_proj")));
        WeightFiles.write(weights(), adapter.tensors(), DType.F32);
        write("use_rslora", "true");

        assertEquals(16 / 2f, PeftDirectory.read(directory).adapter().config().scale());
    }

    @Test
    void shouldTakeAllLinearForTheSevenMaps() throws IOException {
        Adapter adapter = adapter(new LoraConfig(4, 16, ALL));
        WeightFiles.write(weights(), adapter.tensors(), DType.F32);
        write("target_modules", "\"all-linear\"");

        assertEquals(ALL, PeftDirectory.read(directory).adapter().config().targets());
    }

    @Test
    void shouldTakeModulesThatAreNamedWhole() throws IOException {
        Adapter adapter = adapter(new LoraConfig(4, 16, List.of("q_proj")));
        WeightFiles.write(weights(), adapter.tensors(), DType.F32);
        write("target_modules", "[\"model.layers.0.self_attn.q_proj\", \"model.layers.1.self_attn.q_proj\"]");

        assertEquals(
                List.of("q_proj"),
                PeftDirectory.read(directory).adapter().config().targets());
    }

    @Test
    void shouldRefuseWhatIsMoreThanPlainLora() throws IOException {
        WeightFiles.write(
                weights(),
                adapter(new LoraConfig(4, 16, List.of("q_proj", "v_proj"))).tensors(),
                DType.F32);

        assertRefused("peft_type", "\"LOHA\"", "peft_type must be one of LORA, got: \"LOHA\"");
        assertRefused("bias", "\"all\"", "bias must be one of none, got: \"all\"");
        assertRefused(
                "init_lora_weights",
                "\"pissa\"",
                "init_lora_weights must be one of true, false, gaussian, eva, orthogonal, mica, got: \"pissa\"");
        assertUnsupported("use_dora", "true");
        assertUnsupported("fan_in_fan_out", "true");
        assertUnsupported("modules_to_save", "[\"lm_head\"]");
        assertUnsupported("rank_pattern", "{\"q_proj\":2}");
        assertUnsupported("alpha_pattern", "{\"q_proj\":2}");
        assertUnsupported("layers_to_transform", "[0]");
        assertUnsupported("layers_to_transform", "0");
        assertUnsupported("lora_bias", "true");
        assertRefused(
                "target_modules",
                "[\"q_proj\",\"lm_head\"]",
                "LoRA target must be one of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, got:"
                        + " lm_head");
        assertRefused(
                "target_modules",
                "\".*_proj\"",
                "target_modules must be a list of linear maps or \"all-linear\", got: \".*_proj\"");
        assertRefused("r", "0", "LoRA rank must be at least 1, got: 0");
    }

    @Test
    void shouldRefuseTensorsThatItsConfigurationDoesNotName() throws IOException {
        Adapter adapter = adapter(new LoraConfig(4, 16, List.of("q_proj", "v_proj")));
        Map<String, Tensor> tensors = new LinkedHashMap<>(adapter.tensors());
        tensors.put("base_model.model.lm_head.lora_A.weight", Tensor.matrix(4, 1, new float[4]));
        WeightFiles.write(weights(), tensors, DType.F32);
        Files.writeString(config(), PEFT);

        assertFault(
                weights(),
                "tensor base_model.model.lm_head.lora_A.weight is not LoRA on one of [q_proj, v_proj]",
                fault(() -> PeftDirectory.read(directory)));
    }

    @Test
    void shouldNameTheFileThatIsMissingOrBroken() throws IOException {
        String holds = "does not exist: a PEFT directory holds adapter_config.json and adapter_model.safetensors";
        assertFault(config(), holds, fault(() -> PeftDirectory.read(directory)));
        Files.writeString(config(), PEFT);
        assertFault(weights(), holds, fault(() -> PeftDirectory.read(directory)));
        Files.write(weights(), new byte[3]);
        assertFault(
                weights(),
                "is truncated: 3 bytes cannot hold a header; copy it again",
                fault(() -> PeftDirectory.read(directory)));
        Files.writeString(config(), "{");
        assertFault(
                config(),
                "cannot be read as JSON: a PEFT directory has such a file",
                fault(() -> PeftDirectory.read(directory)));
    }

    @Test
    void shouldRefuseAnotherBaseModel() {
        PeftDirectory written = new PeftDirectory(
                directory, adapter(new LoraConfig(4, 16, List.of("q_proj"))), "some/model", "sha256:abc");

        assertFault(
                weights(),
                "belongs to base model sha256:abc, got: sha256:def; name its model",
                fault(() -> written.checkFits("sha256:def", MODEL)));
        assertFault(
                weights(),
                "Adapter's base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight has shape [64, 4], this model"
                        + " needs [32, 4]",
                fault(() -> written.checkFits("sha256:abc", TinyModels.config())));
    }

    private void write(String key, String value) throws IOException {
        JsonNode json = JSON.readTree(PEFT);
        Files.writeString(
                config(), ((ObjectNode) json).set(key, JSON.readTree(value)).toString());
    }

    private void assertUnsupported(String key, String value) throws IOException {
        assertRefused(key, value, key + " must not be set: only plain LoRA is supported, got: " + value);
    }

    private void assertRefused(String key, String value, String fault) throws IOException {
        write(key, value);
        assertFault(config(), fault, fault(() -> PeftDirectory.read(directory)));
    }

    private static void assertFault(Path file, String fault, String message) {
        assertEquals(file + ": " + fault, message);
        assertFalse(message.contains("\n"), message);
    }

    private static String fault(Runnable attempt) {
        return assertThrows(CheckpointException.class, attempt::run).getMessage();
    }
}
