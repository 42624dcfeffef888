package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

        assertTrue(message.startsWith(directory.resolve("tokenizer.json") + ": does not exist"), message);
    }

    @Test
    void shouldRefuseATypeOfNumberThatItCannotRead() throws IOException {
        Checkpoint.write(directory, CONFIG, TinyModels.weights(CONFIG, 1));
        byte[] header =
                "{\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer content = ByteBuffer.allocate(10 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(header.length).put(header);
        Files.write(directory.resolve("model.safetensors"), content.array());

        assertFault("tensor a must have dtype F32, got: \"BF16\"; convert it to float32");
    }

    @Test
    void shouldSayWhatIsWrongWithAConfiguration() throws IOException {
        Checkpoint.write(directory, CONFIG, TinyModels.weights(CONFIG, 1));
        Path file = directory.resolve("config.json");

        Files.writeString(file, CONFIG.toJson().replace("qwen2", "gpt2"));
        assertFault("model_type must be qwen2, got: \"gpt2\"");

        Files.writeString(file, CONFIG.toJson().replace("\"hidden_size\" : 32", "\"hidden_size\" : 30"));
        assertFault("hidden_size=30 must be a multiple of heads=4");

        Files.writeString(file, "{");
        assertFault("cannot be read as JSON");
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
