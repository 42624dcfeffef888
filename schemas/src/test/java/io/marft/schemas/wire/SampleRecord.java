package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record of any schema whose every value tells its own path, such as {@code Action.sampling.topK}: no two are alike, so
 * that a value read into the wrong field is found.
 */
final class SampleRecord {

    private SampleRecord() {}

    /** The record as a writer of that schema knows it. */
    static GenericRecord of(Schema schema) {
        return (GenericRecord) value(schema, schema.getName());
    }

    private static Object value(Schema schema, String path) {
        int number = Math.floorMod(path.hashCode(), 10_000);
        return switch (schema.getType()) {
            case RECORD -> {
                GenericRecord record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.name(), value(field.schema(), path + "." + field.name()));
                }
                yield record;
            }
            case STRING -> path;
            case BYTES -> ByteBuffer.wrap(path.getBytes(StandardCharsets.UTF_8));
            case INT -> number;
            case LONG -> 10_000_000_000L + number;
            case FLOAT -> number / 8f;
            case DOUBLE -> number / 16.0;
            case BOOLEAN -> number % 2 == 1;
            case ENUM ->
                new GenericData.EnumSymbol(
                        schema,
                        schema.getEnumSymbols()
                                .get(number % schema.getEnumSymbols().size()));
            case ARRAY ->
                List.of(value(schema.getElementType(), path + "[0]"), value(schema.getElementType(), path + "[1]"));
            case MAP -> Map.of("key", value(schema.getValueType(), path + ".key"));
            case UNION -> value(present(schema), path);
            default -> throw new IllegalArgumentException("no sample of " + schema.getType());
        };
    }

    /** Asserts that a record of today is what a writer's sample reads as: its values, and defaults for what it had not. */
    static void assertReadAs(Schema writer, SpecificRecord record) {
        assertReadAs(writer, record.getSchema(), record, writer.getName());
    }

    private static void assertReadAs(Schema writer, Schema today, Object value, String path) {
        switch (today.getType()) {
            case RECORD -> {
                for (Schema.Field field : today.getFields()) {
                    Object found = ((SpecificRecord) value).get(field.pos());
                    Schema.Field written = writer.getField(field.name());
                    if (written == null) {
                        assertEquals(SpecificData.get().getDefaultValue(field), found, path + "." + field.name());
                    } else {
                        assertReadAs(written.schema(), field.schema(), found, path + "." + field.name());
                    }
                }
            }
            case ARRAY -> {
                List<?> list = (List<?>) value;
                assertEquals(2, list.size(), path);
                for (int i = 0; i < 2; i++) {
                    assertReadAs(writer.getElementType(), today.getElementType(), list.get(i), path + "[" + i + "]");
                }
            }
            case MAP -> {
                Object found = ((Map<?, ?>) value).get("key");
                assertReadAs(writer.getValueType(), today.getValueType(), found, path + ".key");
            }
            case UNION -> assertReadAs(present(writer), present(today), value, path);
            case ENUM -> assertEquals(value(writer, path).toString(), value.toString(), path);
            default -> assertEquals(value(writer, path), value instanceof Instant at ? at.toEpochMilli() : value, path);
        }
    }

    /** The alternative that is not null. */
    private static Schema present(Schema schema) {
        return schema.getType() == Schema.Type.UNION
                ? schema.getTypes().get(schema.getTypes().size() - 1)
                : schema;
    }
}
