package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

    private static final ModelConfig CONFIG = TinyModels.config();

    @TempDir
    Path directory;

    @Test
    void shouldReadBackWhatItWrote() {
        Map<String, Tensor> weights = TinyModels.weights(CONFIG, 1);
        Checkpoint.write(directory, CONFIG, weights);

        Checkpoint read = Checkpoint.read(directory);

        assertEquals(CONFIG, read.config());
        assertEquals(
                new ArrayList<>(weights.keySet()),
                new ArrayList<>(read.weights().keySet()));
        weights.forEach((name, tensor) -> {
            assertEquals(tensor.shape(), read.weights().get(name).shape());
            assertArrayEquals(
                    tensor.values(), read.weights().get(name).toTensor().values());
        });
    }

    @Test
    void shouldKeepItsDigestWhateverTheOrderInTheFileAndChangeItWithOneBit() throws IOException {
        Map<String, Tensor> weights = TinyModels.weights(CONFIG, 1);
        Checkpoint.write(directory, CONFIG, weights);
        String digest = Checkpoint.read(directory).digest();

        List<String> names = new ArrayList<>(weights.keySet());
        Map<String, Tensor> reversed = new LinkedHashMap<>();
        for (int i = names.size() - 1; i >= 0; i--) {
            reversed.put(names.get(i), weights.get(names.get(i)));
        }
        SafeTensors.write(directory.resolve("model.safetensors"), reversed);
        assertEquals(digest, Checkpoint.read(directory).digest());

        float[] values = weights.get("model.norm.weight").values();
        values[3] = Math.nextUp(values[3]);
        Checkpoint.write(directory, CONFIG, weights);
        assertNotEquals(digest, Checkpoint.read(directory).digest());
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAFile() throws IOException {
        Map<String, Tensor> weights = TinyModels.weights(CONFIG, 1);
        Checkpoint.write(directory, CONFIG, weights);
        Path file = directory.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertFault("is truncated: tensor model.layers.1.mlp.down_proj.weight ends at byte " + whole.length + " of "
                + (whole.length - 1) + "; copy it again");

        Files.write(file, Arrays.copyOf(whole, 100));
        assertFault("is truncated: header of");

        Files.write(file, new byte[3]);
        assertFault("is truncated: 3 bytes cannot hold a header; copy it again");

        Files.writeString(file, "this is no such file at all");
        assertFault("is not safetensors: its header would have");

        float[] broken = weights.get("model.norm.weight").values().clone();
        broken[7] = Float.NaN;
        writeWith("model.norm.weight", new Tensor(List.of(32), broken));
        assertFault("tensor model.norm.weight holds NaN at index 7: weights must be finite");

        writeWith("model.norm.weight", new Tensor(List.of(4, 8), new float[32]));
        assertFault("tensor model.norm.weight has shape [4, 8], config.json asks for [32]");

        writeWith("model.strange", new Tensor(List.of(1), new float[1]));
        assertFault("tensor model.strange is not part of a model like config.json's");

        Map<String, Tensor> fewer = new LinkedHashMap<>(weights);
        fewer.remove("model.norm.weight");
        SafeTensors.write(file, fewer);
        assertFault("tensor model.norm.weight is missing: config.json asks for it");

        Files.delete(file);
        assertFault("cannot be read (java.nio.file.NoSuchFileException");
    }

    @Test
    void shouldNameTheFileThatAModelLacks() {
        Checkpoint.write(directory, CONFIG, TinyModels.weights(CONFIG, 1));

        String message = assertThrows(CheckpointException.class, () -> Checkpoint.requireFiles(directory))
                .getMessage();

        assertTrue(
                message.startsWith(directory.resolve("tokenizer.json")
                        + ": does not exist: a model's directory holds config.json, tokenizer.json, tokenizer_config.json, and"
                        + " model.safetensors or model.safetensors.index.json"),
                message);
    }

    @Test
    void shouldReadEveryFamilyInEveryTypeFromSeveralFiles() {
        for (Family family : Family.values()) {
            ModelConfig config = TinyModels.config(family);
            for (DType type : DType.values()) {
                Path one = TinyModels.write(directory.resolve(family + "-" + type), config, type, 1, 1);
                Path three = TinyModels.write(directory.resolve(family + "-" + type + "-3"), config, type, 3, 1);
                Checkpoint.requireFiles(three);

                Checkpoint read = Checkpoint.read(three);

                assertEquals(config, read.config());
                assertEquals(type, read.dtype());
                assertEquals(Checkpoint.read(one).digest(), read.digest());
                TinyModels.weights(config, 1).forEach((name, tensor) -> {
                    float[] values = read.tensor(name).toTensor().values();
                    for (int i = 0; i < values.length; i++) {
                        assertEquals(tensor.values()[i], values[i], rounding(type, values[i]), name);
                    }
                });
            }
        }
    }

    @Test
    void shouldHaveTheTensorsOfItsFamily() {
        Map<String, List<Integer>> qwen3 = Checkpoint.layout(TinyModels.config(Family.QWEN3));
        Map<String, List<Integer>> llama = Checkpoint.layout(TinyModels.config(Family.LLAMA));
        Map<String, List<Integer>> qwen2 = Checkpoint.layout(CONFIG);

        assertEquals(List.of(16), qwen3.get("model.layers.1.self_attn.q_norm.weight"));
        assertEquals(List.of(16), qwen3.get("model.layers.1.self_attn.k_norm.weight"));
        assertEquals(List.of(64, 32), qwen3.get("model.layers.0.self_attn.q_proj.weight"));
        assertEquals(List.of(32, 64), qwen3.get("model.layers.0.self_attn.o_proj.weight"));
        assertEquals(List.of(32), qwen3.get("model.layers.0.self_attn.o_proj.bias"));
        assertFalse(llama.containsKey("model.layers.0.self_attn.q_norm.weight"));
        assertEquals(List.of(48), llama.get("model.layers.0.mlp.up_proj.bias"));
        assertEquals(List.of(32), llama.get("model.layers.0.mlp.down_proj.bias"));
        assertEquals(List.of(16), qwen2.get("model.layers.0.self_attn.v_proj.bias"));
        assertFalse(qwen2.containsKey("model.layers.0.self_attn.o_proj.bias"));
        assertEquals(2 + 2 * 12, qwen2.size());
    }

    @Test
    void shouldHaveADigestThatTellsTypesApart() {
        Path bf16 = TinyModels.write(directory.resolve("bf16"), CONFIG, DType.BF16, 1, 1);
        Path f32 = TinyModels.write(directory.resolve("f32"), CONFIG, DType.F32, 1, 1);

        assertNotEquals(Checkpoint.read(bf16).digest(), Checkpoint.read(f32).digest());
    }

    /** The digest is in every adapter's manifest and every update, so it may never change. */
    @Test
    void shouldKeepTheDigestOfTheBundledModel() throws IOException {
        Path bundled = Path.of("../models/arithmetic");

        String digest = Checkpoint.read(bundled).digest();

        assertEquals("sha256:6b6e5b66fc877c2eda0711fe8fe37e912cd90176cdae2858697b2dbb19d611bc", digest);
        assertTrue(Files.readString(bundled.resolve("README.md")).contains(digest));
    }

    @Test
    void shouldRefuseMoreThanOneType() throws IOException {
        TinyModels.write(directory, CONFIG, DType.BF16, 2, 1);
        Path first = directory.resolve("model-00001-of-00002.safetensors");
        Map<String, Tensor> part = new LinkedHashMap<>();
        SafeTensors.open(first).forEach((name, view) -> part.put(name, view.toTensor()));
        WeightFiles.write(first, part, DType.F32);

        assertFault("tensor ");
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.read(directory))
                .getMessage();
        assertTrue(message.endsWith(": all must have one dtype; convert them"), message);
    }

    @Test
    void shouldFindAValueThatIsNotFiniteInEveryType() throws IOException {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            Map<String, Tensor> weights = TinyModels.weights(CONFIG, 1);
            weights.get("model.norm.weight").values()[9] = Float.NEGATIVE_INFINITY;
            WeightFiles.write(directory, CONFIG, weights, type, 1);

            assertFault("tensor model.norm.weight holds -Infinity at index 9: weights must be finite");
        }
    }

    @Test
    void shouldIgnoreTensorsThatFollowFromOthers() throws IOException {
        Map<String, Tensor> weights = TinyModels.weights(CONFIG, 1);
        Checkpoint.write(directory, CONFIG, weights);
        String digest = Checkpoint.read(directory).digest();
        weights.put("lm_head.weight", weights.get("model.embed_tokens.weight"));
        weights.put("model.layers.0.self_attn.rotary_emb.inv_freq", new Tensor(List.of(4), new float[4]));
        SafeTensors.write(directory.resolve("model.safetensors"), weights);

        assertEquals(digest, Checkpoint.read(directory).digest());
    }

    @Test
    void shouldRefuseATensorThatItDoesNotHave() {
        Checkpoint.write(directory, CONFIG, TinyModels.weights(CONFIG, 1));
        Checkpoint checkpoint = Checkpoint.read(directory);

        assertEquals(
                "tensor lm_head.weight is not part of this checkpoint",
                assertThrows(IllegalArgumentException.class, () -> checkpoint.tensor("lm_head.weight"))
                        .getMessage());
    }

    /** Half the distance of neighbours; float16 has fixed ones near zero. */
    private static double rounding(DType type, float value) {
        return switch (type) {
            case F32 -> 0;
            case BF16 -> Math.abs(value) * 0x1p-8;
            case F16 -> Math.max(Math.abs(value) * 0x1p-11, 0x1p-25);
        };
    }

    private void writeWith(String name, Tensor tensor) throws IOException {
        Map<String, Tensor> changed = new LinkedHashMap<>(TinyModels.weights(CONFIG, 1));
        changed.put(name, tensor);
        SafeTensors.write(directory.resolve("model.safetensors"), changed);
    }

    private void assertFault(String fault) {
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.read(directory))
                .getMessage();
        assertTrue(message.startsWith(directory.toString()), message);
        assertTrue(message.contains(": " + fault), message);
        assertFalse(message.contains("\n"), message);
    }
}
