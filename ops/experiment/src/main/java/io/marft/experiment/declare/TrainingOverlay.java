package io.marft.experiment.declare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A training file, and what an algorithm says otherwise laid over it section by section, as the file is itself laid over
 * MARFT's defaults. {@link TrainingFile} reads what comes of it, so there is one set of keys and rules.
 *
 * @param keys the file's keys
 * @param configuration the file by itself
 */
record TrainingOverlay(JsonNode keys, TrainingConfiguration configuration) {

    private static final ObjectMapper YAML = new YAMLMapper();

    /** @throws ExperimentException if the file cannot be read or used */
    static TrainingOverlay on(Path file) {
        try {
            TrainingConfiguration configuration = TrainingFile.load(file);
            JsonNode keys = YAML.readTree(Files.readString(file));
            return new TrainingOverlay(keys.isObject() ? keys : YAML.createObjectNode(), configuration);
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new ExperimentException("training file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The configuration with other keys over the file's.
     *
     * @param where names the keys' source in messages
     * @throws ExperimentException if what comes of it breaks a rule
     */
    TrainingConfiguration with(JsonNode other, String where) {
        try {
            return TrainingFile.parse(YAML.writeValueAsString(TrainingFile.over(keys.deepCopy(), other)), where);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What was read as YAML can be written as YAML", e);
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(e.getMessage(), e);
        }
    }
}
