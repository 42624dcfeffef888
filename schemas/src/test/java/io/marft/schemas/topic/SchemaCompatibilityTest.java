package io.marft.schemas.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds every schema against its last committed form in {@code schemas/published}. A compatible change is published by
 * running this test with {@code -Dschemas.publish=true}; an incompatible one is refused even then.
 */
class SchemaCompatibilityTest {

    private static final Path PUBLISHED = Path.of("published");

    @ParameterizedTest
    @EnumSource(Topic.class)
    void shouldReadWhatTheLastPublishedSchemaWrote(Topic topic) throws IOException {
        Path file = PUBLISHED.resolve(topic.schema().getName() + ".avsc");
        if (Files.exists(file)) {
            assertEquals(
                    List.of(),
                    incompatibilities(topic.schema(), new Schema.Parser().parse(Files.readString(file))),
                    topic.schema().getName() + " cannot read records written with " + file
                            + ": add fields with defaults, never rename or remove one");
        }
        if (Boolean.getBoolean("schemas.publish")) {
            Files.writeString(file, SchemaFormatter.format("json/pretty", topic.schema()) + "\n");
        }
        assertTrue(Files.exists(file), file + " is missing: run this test with -Dschemas.publish=true and commit it");
        assertEquals(
                new Schema.Parser().parse(Files.readString(file)),
                topic.schema(),
                file + " is not what the source says: run this test with -Dschemas.publish=true and commit it");
    }

    @ParameterizedTest
    @EnumSource(Topic.class)
    void shouldDocumentEveryField(Topic topic) {
        List<String> bare = new ArrayList<>();
        collectUndocumented(topic.schema(), bare);
        assertEquals(List.of(), bare);
    }

    @Test
    void shouldFindAFieldWithoutDefaultIncompatible() {
        Schema before = record("{\"name\":\"a\",\"type\":\"int\"}");
        Schema after = record("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\"}");
        Schema withDefault =
                record("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\",\"default\":0}");
        assertFalse(incompatibilities(after, before).isEmpty());
        assertTrue(incompatibilities(withDefault, before).isEmpty());
    }

    private static Schema record(String fields) {
        return new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"Sample\",\"fields\":[" + fields + "]}");
    }

    private static List<String> incompatibilities(Schema reader, Schema writer) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult();
        return result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE
                ? List.of()
                : result.getIncompatibilities().stream()
                        .map(i -> i.getLocation() + " " + i.getMessage())
                        .toList();
    }

    private static void collectUndocumented(Schema schema, List<String> bare) {
        switch (schema.getType()) {
            case RECORD -> {
                if (schema.getDoc() == null) {
                    bare.add(schema.getName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (field.doc() == null || field.doc().isBlank()) {
                        bare.add(schema.getName() + "." + field.name());
                    }
                    collectUndocumented(field.schema(), bare);
                }
            }
            case ARRAY -> collectUndocumented(schema.getElementType(), bare);
            case MAP -> collectUndocumented(schema.getValueType(), bare);
            case UNION -> schema.getTypes().forEach(type -> collectUndocumented(type, bare));
            default -> {}
        }
    }
}
