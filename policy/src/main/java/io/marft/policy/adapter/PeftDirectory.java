package io.marft.policy.adapter;

import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An adapter as PEFT keeps it: a directory with {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * <p>PEFT identifies a base model by its name or path alone. So the base model's digest is written into the metadata of the
 * weights, which PEFT ignores; in its configuration an unknown key would make PEFT warn.
 *
 * @param path the directory
 * @param adapter the adapter, in float32 whatever type the file has
 * @param baseModel name or path of the base model; empty if the directory has none
 * @param baseModelDigest digest of the base model; empty where another program wrote the directory
 */
public record PeftDirectory(Path path, Adapter adapter, String baseModel, String baseModelDigest) {

    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String DIGEST = "marft_base_model_digest";

    /**
     * Reads an adapter.
     *
     * @throws CheckpointException if a file is missing or broken, or the adapter is more than plain LoRA on some of the
     *     seven linear maps of each layer
     */
    public static PeftDirectory read(Path directory) {
        Path weights = directory.resolve(WEIGHTS);
        for (Path file : new Path[] {directory.resolve(CONFIG), weights}) {
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(
                        file, "does not exist: a PEFT directory holds " + CONFIG + " and " + WEIGHTS);
            }
        }
        PeftConfig config = PeftConfig.read(directory.resolve(CONFIG));
        Adapter adapter = Adapter.fromSafetensors(weights, config.lora());
        String digest = SafeTensors.metadata(weights).getOrDefault(DIGEST, "");
        return new PeftDirectory(directory, adapter, config.baseModel(), digest);
    }

    /**
     * Writes this adapter to the directory {@link #path}.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void write() {
        Map<String, String> metadata = Map.of("format", "pt", DIGEST, baseModelDigest);
        try {
            Files.createDirectories(path);
            Files.writeString(path.resolve(CONFIG), new PeftConfig(adapter.config(), baseModel).toJson());
            Files.write(path.resolve(WEIGHTS), SafeTensors.write(adapter.tensors(), metadata));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Checks that this adapter belongs to a model.
     *
     * @param modelDigest the model's digest; compared only where this adapter has one
     * @throws CheckpointException if the adapter belongs to another model, or its shapes do not fit
     */
    public void checkFits(String modelDigest, ModelConfig model) {
        Path weights = path.resolve(WEIGHTS);
        if (!baseModelDigest.isEmpty() && !baseModelDigest.equals(modelDigest)) {
            throw new CheckpointException(
                    weights, "belongs to base model " + baseModelDigest + ", got: " + modelDigest + "; name its model");
        }
        try {
            adapter.checkFits(model);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(weights, e.getMessage(), e);
        }
    }
}
