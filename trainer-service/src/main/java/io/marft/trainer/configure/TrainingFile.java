package io.marft.trainer.configure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads and writes a {@link TrainingConfiguration} as YAML. A file names only what differs from
 * {@link TrainingConfiguration#DEFAULT}; unknown keys are errors. What is written is whole.
 */
public final class TrainingFile {

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private TrainingFile() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read or used; the message is one line with file, key and rule
     */
    public static TrainingConfiguration load(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("training file " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("training file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a configuration from YAML.
     *
     * @param where names the source in messages
     * @throws IllegalArgumentException as {@link #load}
     */
    public static TrainingConfiguration parse(String yaml, String where) {
        try {
            JsonNode whole = over(YAML.valueToTree(TrainingConfiguration.DEFAULT), YAML.readTree(yaml));
            return YAML.treeToValue(whole, TrainingConfiguration.class);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    where + ": unknown key '" + path(e) + "': known keys there are " + e.getKnownPropertyIds(), e);
        } catch (JsonMappingException e) {
            String in = path(e).isEmpty() ? "" : "in '" + path(e) + "', ";
            String why = e.getCause() instanceof IllegalArgumentException rule
                    ? rule.getMessage()
                    : e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IllegalArgumentException(where + ": " + in + why, e);
        } catch (JsonProcessingException e) {
            String why = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IllegalArgumentException(where + ": not YAML: " + why, e);
        }
    }

    /**
     * The given keys laid over others, section by section.
     *
     * @param defaults changed where it is a section
     * @param given missing for none
     */
    public static JsonNode over(JsonNode defaults, JsonNode given) {
        if (given.isMissingNode()) {
            return defaults;
        }
        if (!(defaults instanceof ObjectNode section) || !given.isObject()) {
            return given;
        }
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            section.set(entry.getKey(), over(section.path(entry.getKey()), entry.getValue()));
        }
        return section;
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
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
