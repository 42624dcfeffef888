package io.marft.cli.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.marft.cli.process.Nearest;
import io.marft.cli.settings.Given.Origin;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a settings file: YAML whose sections and names are the keys of {@link Settings}. It is checked whole, whichever
 * settings the command at hand takes.
 *
 * <pre>{@code
 * cluster:
 *   bootstrap-servers: kafka-1:9092, kafka-2:9092
 *   registry-url: http://registry:8081
 * agents:
 *   names: [reasoner, actor]
 * }</pre>
 */
final class SettingsFile {

    private final Path file;
    private final JsonParser yaml;
    private final Map<String, Given> given = new LinkedHashMap<>();

    private SettingsFile(Path file, JsonParser yaml) {
        this.file = file;
        this.yaml = yaml;
    }

    /**
     * What a file gives, by key.
     *
     * @throws SettingsException if it cannot be read, has a key that is unknown or stands twice, or a text that its
     *     setting does not take
     */
    static Map<String, Given> read(Path file) {
        try (Reader reader = Files.newBufferedReader(file);
                JsonParser yaml = new YAMLFactory().createParser(reader)) {
            SettingsFile read = new SettingsFile(file, yaml);
            read.whole();
            return read.given;
        } catch (NoSuchFileException e) {
            throw new SettingsException("settings file " + file + " does not exist: name one with --config", e);
        } catch (JsonProcessingException e) {
            throw new SettingsException(
                    file + ":" + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ": not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new SettingsException(
                    "settings file " + file + " cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private void whole() throws IOException {
        JsonToken first = yaml.nextToken();
        if (first == null) {
            return; // An empty file gives nothing.
        }
        if (first != JsonToken.START_OBJECT) {
            throw new SettingsException(place() + ": a settings file holds sections, such as cluster: or model:");
        }
        section("");
        if (yaml.nextToken() != null) {
            throw new SettingsException(place() + ": a settings file is one document: take out what follows the first");
        }
    }

    /** The names of a section, whose beginning has been read. */
    private void section(String prefix) throws IOException {
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + yaml.currentName();
            String place = place();
            JsonToken value = yaml.nextToken();
            if (value == JsonToken.START_OBJECT && isSection(key)) {
                section(key + ".");
            } else {
                Setting setting = Settings.find(key).orElseThrow(() -> unknown(place, key));
                put(place, setting, value);
            }
        }
    }

    private void put(String place, Setting setting, JsonToken value) throws IOException {
        if (given.containsKey(setting.key())) {
            throw new SettingsException(place + ": key '" + setting.key() + "' stands twice: take one out");
        }
        String text = text(place, setting, value);
        if (!setting.takes(text)) {
            throw new SettingsException(place + ": " + setting.refusal(setting.key(), text));
        }
        given.put(setting.key(), new Given(text.strip(), Origin.FILE, place));
    }

    /** A scalar as it is written; a list's scalars joined by commas. */
    private String text(String place, Setting setting, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return "";
        }
        if (value.isScalarValue()) {
            return yaml.getText();
        }
        List<String> texts = new ArrayList<>();
        if (value == JsonToken.START_ARRAY) {
            while (yaml.nextToken() != JsonToken.END_ARRAY) {
                if (!yaml.currentToken().isScalarValue()) {
                    break;
                }
                texts.add(yaml.getText());
            }
        }
        if (yaml.currentToken() != JsonToken.END_ARRAY) {
            throw new SettingsException(place + ": " + setting.key() + " must be "
                    + setting.rule().words() + ", got a section or a nested list");
        }
        return String.join(",", texts);
    }

    private static boolean isSection(String key) {
        return Settings.all().stream().anyMatch(setting -> setting.key().startsWith(key + "."));
    }

    private static SettingsException unknown(String place, String key) {
        if (isSection(key)) {
            return new SettingsException(place + ": '" + key + "' is a section: write its settings below it, indented");
        }
        return new SettingsException(place + ": unknown key '" + key + "'"
                + Nearest.question(
                        key, Settings.all().stream().map(Setting::key).toList())
                + "; `marft config` lists all keys");
    }

    private String place() {
        return file + ":" + yaml.currentTokenLocation().getLineNr();
    }
}
