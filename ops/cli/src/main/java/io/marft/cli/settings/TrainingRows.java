package io.marft.cli.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.cli.settings.Given.Origin;
import io.marft.cli.settings.InForce.Row;
import io.marft.local.Installation;
import io.marft.trainer.configure.TrainingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a training file comes to: its own keys, and the defaults of the others. */
final class TrainingRows {

    private static final YAMLMapper YAML = new YAMLMapper();

    private TrainingRows() {}

    /**
     * All keys in the order in which a configuration is written.
     *
     * @param named the training file; empty for the bundled team's
     * @param learningRate goes before the file's, unless its text is empty
     * @throws IllegalArgumentException if the file cannot be read or used
     */
    static List<Row> of(String named, Given learningRate) {
        Path file = named.isBlank() ? Installation.find().training() : Path.of(named);
        try {
            JsonNode whole = YAML.readTree(TrainingFile.yaml(TrainingFile.load(file)));
            List<Row> rows = new ArrayList<>();
            add(rows, "", whole, YAML.readTree(Files.readString(file)), file.toString());
            if (!learningRate.text().isEmpty()) {
                rows.replaceAll(
                        row -> row.name().equals("optimizer.learningRate") ? new Row(row.name(), learningRate) : row);
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(List<Row> rows, String prefix, JsonNode whole, JsonNode given, String file) {
        whole.properties().forEach(entry -> {
            String key = prefix + entry.getKey();
            JsonNode own = given.path(entry.getKey());
            if (entry.getValue().isObject()) {
                add(rows, key + ".", entry.getValue(), own, file);
            } else {
                String text = entry.getValue().isArray()
                        ? entry.getValue().toString()
                        : entry.getValue().asText();
                rows.add(new Row(
                        key,
                        own.isMissingNode()
                                ? new Given(text, Origin.DEFAULT, "")
                                : new Given(text, Origin.FILE, file)));
            }
        });
    }
}
