package io.marft.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds a checkpoint's tensors in its files: {@code model.safetensors}, or several files and an index that says which tensor
 * is in which file.
 */
final class Shards {

    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Shards() {}

    /**
     * A tensor and the file that it is in.
     *
     * @param file names the tensor's place in errors
     * @param view the tensor's values
     */
    record Found(Path file, SafeTensors.View view) {}

    /** Whether the weights are taken from several files: where there is a single file as well, it is taken. */
    static boolean areIn(Path directory) {
        return !Files.isRegularFile(directory.resolve(WEIGHTS)) && Files.isRegularFile(directory.resolve(INDEX));
    }

    /**
     * Finds all tensors of a directory, by name.
     *
     * @throws CheckpointException if a file is missing or broken, or the index and the files disagree
     */
    static Map<String, Found> open(Path directory) {
        Map<String, Found> found = new LinkedHashMap<>();
        if (!areIn(directory)) {
            Path file = directory.resolve(WEIGHTS);
            SafeTensors.open(file).forEach((name, view) -> found.put(name, new Found(file, view)));
            return found;
        }
        Map<String, Path> index = index(directory);
        for (Path shard : new TreeSet<>(index.values())) {
            requireShard(shard);
            SafeTensors.open(shard).forEach((name, view) -> {
                Found other = found.putIfAbsent(name, new Found(shard, view));
                if (other != null) {
                    throw new CheckpointException(
                            shard, "tensor " + name + " is in " + other.file().getFileName() + " too; copy both again");
                }
            });
        }
        index.forEach((name, shard) -> {
            if (!found.containsKey(name) || !found.get(name).file().equals(shard)) {
                throw new CheckpointException(
                        shard, "tensor " + name + " is missing: " + INDEX + " says it is here; copy both again");
            }
        });
        return found;
    }

    /** Checks that the files that the index names exist, without reading them. */
    static void requireShards(Path directory) {
        index(directory).values().forEach(Shards::requireShard);
    }

    private static void requireShard(Path shard) {
        if (!Files.isRegularFile(shard)) {
            throw new CheckpointException(shard, "does not exist: " + INDEX + " names it; copy it there");
        }
    }

    private static Map<String, Path> index(Path directory) {
        Path file = directory.resolve(INDEX);
        JsonNode tensors;
        try {
            tensors = JSON.readTree(Files.readAllBytes(file)).path("weight_map");
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read as JSON; copy it again", e);
        }
        if (!tensors.isObject() || tensors.isEmpty()) {
            throw new CheckpointException(file, "weight_map must name the file of each tensor; copy it again");
        }
        Map<String, Path> index = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
            String shard = entry.getValue().asText();
            if (!shard.matches("[\\w.-]+\\.safetensors")) {
                throw new CheckpointException(
                        file,
                        "weight_map must name .safetensors files beside it, got for " + entry.getKey() + ": "
                                + entry.getValue());
            }
            index.put(entry.getKey(), directory.resolve(shard));
        }
        return index;
    }
}
