package io.marft.schemas.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The values of a YAML text and the line of each. Refuses what a reader of the file would overlook: a key that is given
 * twice, a second document, and anchors, aliases and tags, which put a value in another place than it is written.
 *
 * <p>Numbers are kept as their author wrote them, so that text that looks like one stays what it is; whoever wants a
 * number reads the text.
 *
 * @param root the values; {@link #NOTHING} if the text holds none
 * @param places every value below the root by its path, such as {@code agents[0].name}, in the text's order
 */
record YamlTree(JsonNode root, Map<String, Place> places) {

    /** @param line counted from 1 */
    record Place(JsonNode value, int line) {}

    /** The value of a key that is not there. */
    static final JsonNode NOTHING = MissingNode.getInstance();

    /** No file of ours is near it, and a thread's small stack has room for it. */
    private static final int MOST_NESTING = 100;

    private static final YAMLFactory YAML = YAMLFactory.builder()
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_NESTING)
                    .build())
            .build();

    /** @param source names the text in messages */
    static YamlTree parse(String yaml, String source) {
        try (YAMLParser parser = YAML.createParser(yaml)) {
            return new Walk(parser, source).document();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw refusal(source, "not YAML: " + reason(e), line, e);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be read", e);
        }
    }

    /** The one form of every refusal; a line of 0 stands for none. */
    static YamlException refusal(String source, String why, int line, Throwable cause) {
        return new YamlException(source + ": " + why + (line > 0 ? " (line " + line + ")" : ""), cause);
    }

    static String join(String path, String key) {
        return path.isEmpty() || key.isEmpty() ? path + key : path + "." + key;
    }

    /** What the parser says in its lines that quote nothing of the text. */
    private static String reason(JsonProcessingException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }

    /** One walk over a text. */
    private static final class Walk {

        private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

        private final YAMLParser parser;
        private final String source;
        private final Map<String, Place> places = new LinkedHashMap<>();

        Walk(YAMLParser parser, String source) {
            this.parser = parser;
            this.source = source;
        }

        YamlTree document() throws IOException {
            if (parser.nextToken() == null) {
                return new YamlTree(NOTHING, places);
            }
            JsonNode root = value("");
            if (parser.nextToken() != null) {
                throw refusal("a second document begins: a file holds one");
            }
            return new YamlTree(root, places);
        }

        private JsonNode value(String path) throws IOException {
            if (parser.isCurrentAlias() || parser.getObjectId() != null) {
                throw refusal("anchors and aliases are not read: write the value out");
            }
            if (parser.getTypeId() != null) {
                throw refusal("the tag '" + parser.getTypeId() + "' is not read: leave it out");
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> section(path);
                case START_ARRAY -> list(path);
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    NODES.textNode(parser.getText().replace("_", ""));
                case VALUE_TRUE -> NODES.booleanNode(true);
                case VALUE_FALSE -> NODES.booleanNode(false);
                case VALUE_NULL -> NODES.nullNode();
                default -> NODES.textNode(parser.getText());
            };
        }

        private ObjectNode section(String path) throws IOException {
            ObjectNode section = NODES.objectNode();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                String at = join(path, key);
                int line = line();
                if (section.has(key)) {
                    throw refusal("key '" + at + "' is given twice, first in line "
                            + places.get(at).line());
                }
                parser.nextToken();
                places.put(at, new Place(NODES.nullNode(), line));
                JsonNode value = value(at);
                places.put(at, new Place(value, line));
                section.set(key, value);
            }
            return section;
        }

        private ArrayNode list(String path) throws IOException {
            ArrayNode list = NODES.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                String at = path + "[" + list.size() + "]";
                int line = line();
                places.put(at, new Place(NODES.nullNode(), line));
                JsonNode value = value(at);
                places.put(at, new Place(value, line));
                list.add(value);
            }
            return list;
        }

        private int line() {
            return parser.currentTokenLocation().getLineNr();
        }

        private YamlException refusal(String why) {
            return YamlTree.refusal(source, why, line(), null);
        }
    }
}
