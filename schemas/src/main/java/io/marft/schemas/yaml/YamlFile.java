package io.marft.schemas.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A YAML file as its author wrote it: values, and the line of each. It is read strictly: a key that is unknown or given
 * twice, a value of another kind, an anchor, alias or tag, and a second document are errors.
 *
 * <p>Every error has one form, whichever file it is of:
 *
 * <pre>
 * team.yaml: agents[0].sampling.topP must be above 0 and at most 1, got: 1.5 (line 7)
 * team.yaml: unknown key 'agents[0].colour': known keys there are [after, answers, …]; nearest is '…' (line 7)
 * </pre>
 *
 * <p>Paths are keys joined by dots, with an item's index, counted from 0, in brackets. The line is that of the key, or
 * of the nearest key around it where the key itself is missing. Immutable.
 */
public final class YamlFile {

    private final String source;
    private final String prefix;
    private final JsonNode values;
    private final Map<String, YamlTree.Place> places;

    private YamlFile(String source, String prefix, JsonNode values, Map<String, YamlTree.Place> places) {
        this.source = source;
        this.prefix = prefix;
        this.values = values;
        this.places = places;
    }

    /**
     * A value that is neither a section nor a list, as it stands in the file.
     *
     * @param path its key's path
     * @param text the value; empty for {@code key:} with nothing behind it
     * @param line where it stands, counted from 1
     */
    public record Entry(String path, String text, int line) {}

    /**
     * Reads a file.
     *
     * @param kind what the file is, for messages: "team", "training"
     * @throws YamlException if it cannot be read or is no YAML that is read here
     */
    public static YamlFile read(String kind, Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new YamlException(kind + " file " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new YamlException(kind + " file " + file + " cannot be read: it is not UTF-8", e);
        } catch (IOException e) {
            throw new YamlException(kind + " file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text.
     *
     * @param source names the text in messages
     * @throws YamlException if it is no YAML that is read here
     */
    public static YamlFile parse(String yaml, String source) {
        YamlTree tree = YamlTree.parse(yaml, source);
        return new YamlFile(source, "", tree.root(), tree.places());
    }

    /** Whether there is nothing in it, comments aside. */
    public boolean isEmpty() {
        return values.isMissingNode() || values.isNull();
    }

    /** Whether it holds keys, as opposed to nothing, a list or a single value. */
    public boolean isSection() {
        return values.isObject();
    }

    /** The part under a key, with the same lines; empty if the key's value is missing. */
    public YamlFile section(String path) {
        String whole = YamlTree.join(prefix, path);
        YamlTree.Place place = places.get(whole);
        return new YamlFile(source, whole, place == null ? YamlTree.NOTHING : place.value(), places);
    }

    /**
     * The values as a record; a component of a primitive type must be there. The record's constructor checks its own rules by
     * throwing {@link IllegalArgumentException} with a message that begins with the key: "clip must be above 0, got: 7.0".
     *
     * @throws YamlException if a key is unknown, a value is of another kind, or a rule is broken
     */
    public <T> T as(Class<T> type) {
        YamlBinding.checkKeys(values, type, (path, known) -> {
            throw unknownKey(path, known);
        });
        try {
            return YamlBinding.MAPPER.treeToValue(values, type);
        } catch (ValueInstantiationException e) {
            if (e.getCause() instanceof IllegalArgumentException rule) {
                throw broken(YamlBinding.path(e), rule.getMessage());
            }
            throw wrong(YamlBinding.path(e), YamlBinding.rule(e));
        } catch (JsonMappingException e) {
            throw wrong(YamlBinding.path(e), YamlBinding.rule(e));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("values in memory can be read", e);
        }
    }

    /** This file's keys laid over another's, section by section; lines and messages stay those of this file. */
    public YamlFile over(YamlFile lower) {
        return new YamlFile(source, prefix, over(lower.values, values), places);
    }

    /**
     * This file's keys laid over the defaults, section by section.
     *
     * @return a record of the defaults' class
     * @throws YamlException as {@link #as}
     */
    public <T> T over(T defaults) {
        if (isEmpty()) {
            return defaults;
        }
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) defaults.getClass();
        JsonNode merged = over(YamlBinding.MAPPER.valueToTree(defaults), values);
        return new YamlFile(source, prefix, merged, places).as(type);
    }

    private static JsonNode over(JsonNode lower, JsonNode upper) {
        if (upper.isMissingNode()) {
            return lower;
        }
        if (!lower.isObject() || !upper.isObject()) {
            return upper;
        }
        ObjectNode merged = ((ObjectNode) lower).objectNode();
        lower.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
        upper.properties()
                .forEach(entry -> merged.set(entry.getKey(), over(lower.path(entry.getKey()), entry.getValue())));
        return merged;
    }

    /** Every single value of the file, in the file's order. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        places.forEach((path, place) -> {
            if (place.value().isValueNode() && isInside(path)) {
                String text = place.value().isNull() ? "" : place.value().asText();
                entries.add(new Entry(path, text, place.line()));
            }
        });
        return entries;
    }

    private boolean isInside(String path) {
        return prefix.isEmpty()
                || (path.startsWith(prefix)
                        && (path.length() == prefix.length() || ".[".indexOf(path.charAt(prefix.length())) >= 0));
    }

    /**
     * Holds a value to a rule.
     *
     * @param path the value's key, from this section on
     * @param rule what the value must be: "at least 1"
     * @param got the value; null stands for nothing
     * @throws YamlException if the rule does not hold
     */
    public void require(boolean holds, String path, String rule, Object got) {
        if (!holds) {
            throw refuse(path, " must be " + rule + ", got: " + (got == null ? "nothing" : got));
        }
    }

    /** The refusal of a value that is not what a rule says; the value is taken from the file. */
    public YamlException wrong(String path, String rule) {
        return refuse(path, " must be " + rule + ", got: " + YamlBinding.text(find(path)));
    }

    /**
     * The refusal of a key that is not known.
     *
     * @param path the key's path, from this section on
     * @param known the keys that are known in the same place
     */
    public YamlException unknownKey(String path, Collection<String> known) {
        String whole = YamlTree.join(prefix, path);
        String key = whole.substring(whole.lastIndexOf('.') + 1);
        String nearest = Nearest.to(key, known)
                .map(word -> "; nearest is '" + word + "'")
                .orElse("");
        return YamlTree.refusal(
                source,
                "unknown key '" + whole + "': known keys there are " + new TreeSet<>(known) + nearest,
                lineAround(whole),
                null);
    }

    /**
     * The refusal that a section's own check made of it.
     *
     * @param path the section's key
     * @param message what the check says; it may begin with a key of the section
     */
    public YamlException broken(String path, String message) {
        int space = message.indexOf(' ');
        String key = space < 0 ? "" : message.substring(0, space);
        String inside = YamlTree.join(path, key);
        if (!key.isEmpty() && !find(inside).isMissingNode()) {
            return refuse(inside, message.substring(space));
        }
        return refuse(path, (YamlTree.join(prefix, path).isEmpty() ? "" : ": ") + message);
    }

    private YamlException refuse(String path, String why) {
        String whole = YamlTree.join(prefix, path);
        String subject = whole.isEmpty() && why.startsWith(" ") ? "the file" : whole;
        return YamlTree.refusal(source, subject + why, lineAround(whole), null);
    }

    /** The line of a key, or else of the nearest key around it; 0 if the file has neither. */
    private int lineAround(String whole) {
        for (String path = whole; !path.isEmpty(); path = parent(path)) {
            Optional<YamlTree.Place> place = Optional.ofNullable(places.get(path));
            if (place.isPresent()) {
                return place.get().line();
            }
        }
        return 0;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }

    private JsonNode find(String path) {
        JsonNode found = values;
        for (String step : path.replace("[", ".[").split("\\.", -1)) {
            if (step.startsWith("[")) {
                found = found.path(Integer.parseInt(step.substring(1, step.length() - 1)));
            } else if (!step.isEmpty()) {
                found = found.path(step);
            }
        }
        return found;
    }
}
