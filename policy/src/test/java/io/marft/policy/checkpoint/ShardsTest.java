package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NORM = "model.norm.weight";

    @TempDir
    Path directory;

    private Path index;
    private Path first;
    private Path second;

    @BeforeEach
    void write() {
        TinyModels.write(directory, TinyModels.config(), DType.F32, 2, 1);
        index = directory.resolve("model.safetensors.index.json");
        first = directory.resolve("model-00001-of-00002.safetensors");
        second = directory.resolve("model-00002-of-00002.safetensors");
    }

    @Test
    void shouldPreferASingleFileToAnIndex() throws IOException {
        String digest = Checkpoint.read(directory).digest();
        WeightFiles.write(directory, TinyModels.config(), TinyModels.weights(TinyModels.config(), 2), DType.F32, 1);

        assertFalse(digest.equals(Checkpoint.read(directory).digest()));
    }

    @Test
    void shouldNameAMissingFile() throws IOException {
        Files.delete(second);

        String fault = second + ": does not exist: model.safetensors.index.json names it; copy it there";
        assertEquals(fault, fault(() -> Checkpoint.requireFiles(directory)));
        assertEquals(fault, fault(() -> Checkpoint.read(directory)));
    }

    @Test
    void shouldNameATruncatedFile() throws IOException {
        byte[] whole = Files.readAllBytes(second);
        Files.write(second, Arrays.copyOf(whole, whole.length - 1));

        assertTrue(fault(() -> Checkpoint.read(directory)).startsWith(second + ": is truncated: tensor "));
    }

    @Test
    void shouldNameATensorThatAFileLacks() throws IOException {
        Path holder = SafeTensors.open(first).containsKey(NORM) ? first : second;
        Map<String, Tensor> part = part(holder);
        part.remove(NORM);
        SafeTensors.write(holder, part);

        assertEquals(
                holder
                        + ": tensor model.norm.weight is missing: model.safetensors.index.json says it is here; copy both"
                        + " again",
                fault(() -> Checkpoint.read(directory)));
    }

    @Test
    void shouldNameATensorThatTwoFilesHold() throws IOException {
        Path holder = SafeTensors.open(first).containsKey(NORM) ? first : second;
        Path other = holder.equals(first) ? second : first;
        Map<String, Tensor> part = part(other);
        part.put(NORM, SafeTensors.open(holder).get(NORM).toTensor());
        SafeTensors.write(other, part);

        assertEquals(
                second + ": tensor model.norm.weight is in model-00001-of-00002.safetensors too; copy both again",
                fault(() -> Checkpoint.read(directory)));
    }

    @Test
    void shouldNameATensorThatNeitherFileNorIndexHas() throws IOException {
        Path holder = SafeTensors.open(first).containsKey(NORM) ? first : second;
        Map<String, Tensor> part = part(holder);
        part.remove(NORM);
        SafeTensors.write(holder, part);
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(index));
        ((ObjectNode) json.get("weight_map")).remove(NORM);
        Files.writeString(index, json.toString());

        assertEquals(
                index + ": tensor model.norm.weight is missing: config.json asks for it",
                fault(() -> Checkpoint.read(directory)));
    }

    @Test
    void shouldRefuseAnIndexThatNamesNoFilesBesideIt() throws IOException {
        for (String name : new String[] {"../x.safetensors", "", "pytorch_model.bin", "/x.safetensors", ".."}) {
            ObjectNode json = JSON.createObjectNode();
            json.putObject("weight_map").put("a", name);
            Files.writeString(index, json.toString());

            assertEquals(
                    index + ": weight_map must name .safetensors files beside it, got for a: \"" + name + "\"",
                    fault(() -> Checkpoint.read(directory)));
        }
        Files.writeString(index, "{}");
        assertEquals(
                index + ": weight_map must name the file of each tensor; copy it again",
                fault(() -> Checkpoint.read(directory)));
        Files.writeString(index, "{");
        assertEquals(index + ": cannot be read as JSON; copy it again", fault(() -> Checkpoint.read(directory)));
    }

    private static Map<String, Tensor> part(Path shard) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        SafeTensors.open(shard).forEach((name, view) -> part.put(name, view.toTensor()));
        return part;
    }

    private static String fault(Runnable attempt) {
        return assertThrows(CheckpointException.class, attempt::run).getMessage();
    }
}
