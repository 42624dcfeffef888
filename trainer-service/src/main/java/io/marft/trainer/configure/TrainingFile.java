package io.marft.trainer.configure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.schemas.yaml.YamlFile;
import java.nio.file.Path;

/**
 * Reads and writes a {@link TrainingConfiguration} as YAML. A file names only what differs from
 * {@link TrainingConfiguration#DEFAULT}; unknown keys are errors. What is written is whole.
 */
public final class TrainingFile {

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private TrainingFile() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read or used; the message is one line with file, key, rule and line
     */
    public static TrainingConfiguration load(Path file) {
        return of(read(file));
    }

    /**
     * Reads a file's keys, which nothing has checked yet.
     *
     * @throws IllegalArgumentException if it cannot be read, or is no YAML
     */
    public static YamlFile read(Path file) {
        return YamlFile.read("training", file);
    }

    /**
     * Reads a configuration from YAML.
     *
     * @param where names the source in messages
     * @throws IllegalArgumentException as {@link #load}
     */
    public static TrainingConfiguration parse(String yaml, String where) {
        return of(YamlFile.parse(yaml, where));
    }

    /**
     * The configuration that a file's keys say, laid over the defaults.
     *
     * @throws IllegalArgumentException as {@link #load}
     */
    public static TrainingConfiguration of(YamlFile keys) {
        return keys.over(TrainingConfiguration.DEFAULT);
    }

    /** The whole configuration, defaults included, as update records carry it. */
    public static String yaml(TrainingConfiguration configuration) {
        try {
            return YAML.writeValueAsString(configuration);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of numbers can be written as YAML", e);
        }
    }
}
