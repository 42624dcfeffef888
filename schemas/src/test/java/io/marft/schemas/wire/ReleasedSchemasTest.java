package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that every released schema wrote, kept in {@code src/test/resources/released}, are read with today's classes. A
 * compatible change is released by running this test with {@code -Dschemas.publish=true}, which adds the schema's next
 * version and a record's bytes; an incompatible one is refused even then.
 */
class ReleasedSchemasTest {

    private static final Path SCHEMAS = Path.of("src/main/resources/io/marft/schemas/wire/released");
    private static final Path BYTES = Path.of("src/test/resources/released");
    private static final String PUBLISH = "run this test with -Dschemas.publish=true and commit what it writes";

    static Stream<Class<? extends SpecificRecord>> types() {
        return ReleasedSchemas.types().stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldBeReleasedAsTheSourceSays(Class<? extends SpecificRecord> type) throws IOException {
        Schema today = SpecificData.get().getSchema(type);
        List<Schema> released = ReleasedSchemas.of(type);
        for (Schema before : released) {
            assertEquals(
                    List.of(),
                    incompatibilities(today, before),
                    type.getSimpleName()
                            + " cannot read what a release wrote: add fields with defaults, never rename or"
                            + " remove one");
        }
        boolean missing =
                released.isEmpty() || !released.get(released.size() - 1).equals(today);
        if (missing && Boolean.getBoolean("schemas.publish")) {
            publish(type.getSimpleName() + "." + (released.size() + 1), today);
        } else {
            assertFalse(missing, type.getSimpleName() + " is not as released: " + PUBLISH);
        }
    }

    private static void publish(String name, Schema schema) throws IOException {
        Files.writeString(SCHEMAS.resolve(name + ".avsc"), SchemaFormatter.format("json/pretty", schema) + "\n");
        Files.writeString(BYTES.resolve(name + ".hex"), HexFormat.of().formatHex(encoded(schema)) + "\n");
    }

    private static byte[] encoded(Schema schema) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(SampleRecord.of(schema), encoder);
        encoder.flush();
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldReadFromATopicWhatEveryReleaseWrote(Class<? extends SpecificRecord> type) throws Exception {
        try (SchemaRegistryClient registry = Registries.inMemory(type.getSimpleName());
                RecordCodec codec = new RecordCodec(Registries.inMemory(type.getSimpleName()))) {
            int version = 0;
            for (Schema writer : ReleasedSchemas.of(type)) {
                byte[] golden = bytes(type, ++version);
                int id = registry.register("topic-value", new AvroSchema(writer));
                byte[] record = ByteBuffer.allocate(5 + golden.length)
                        .put((byte) 0)
                        .putInt(id)
                        .put(golden)
                        .array();

                Decoded<?> decoded = codec.decode("topic", record, type);

                Decoded.Valid<?> valid = assertInstanceOf(Decoded.Valid.class, decoded, decoded::toString);
                SampleRecord.assertReadAs(writer, (SpecificRecord) valid.value());
            }
            assertTrue(version > 0, type.getSimpleName() + " has no release: " + PUBLISH);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldReadFromAStateStoreWhatEveryReleaseWrote(Class<? extends SpecificRecord> type) throws Exception {
        StateSerde<? extends SpecificRecord> serde = new StateSerde<>(type);
        int version = 0;
        for (Schema writer : ReleasedSchemas.of(type)) {
            byte[] golden = bytes(type, ++version);
            byte[] state = ByteBuffer.allocate(10 + golden.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort((short) 0x01c3) // Avro's mark of a single object, C3 01.
                    .putLong(SchemaNormalization.parsingFingerprint64(writer))
                    .put(golden)
                    .array();

            SampleRecord.assertReadAs(writer, serde.deserializer().deserialize("store", state));
        }
    }

    /** Damage is the record's fault: it is never an exception, nor taken for a registry that is out of reach. */
    @ParameterizedTest
    @MethodSource("types")
    void shouldGiveAReasonForAnyDamage(Class<? extends SpecificRecord> type) throws Exception {
        List<Schema> released = ReleasedSchemas.of(type);
        byte[] golden = bytes(type, released.size());
        Random random = new Random(1);
        try (SchemaRegistryClient registry = Registries.inMemory(type.getSimpleName());
                RecordCodec codec = new RecordCodec(Registries.inMemory(type.getSimpleName()))) {
            int id = registry.register("topic-value", new AvroSchema(released.get(released.size() - 1)));
            byte[] good = ByteBuffer.allocate(5 + golden.length)
                    .put((byte) 0)
                    .putInt(id)
                    .put(golden)
                    .array();
            for (int i = 0; i < 2_000; i++) {
                byte[] bad = i % 4 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                for (int j = random.nextInt(4); j >= 0 && bad.length > 5; j--) {
                    bad[5 + random.nextInt(bad.length - 5)] = (byte) (i % 2 == 0 ? 0xff : random.nextInt());
                }

                assertDoesNotThrow(() -> codec.decode("topic", bad, type));
            }
            assertInstanceOf(Decoded.Valid.class, codec.decode("topic", good, type));
        }
    }

    private static byte[] bytes(Class<?> type, int version) throws IOException {
        Path file = BYTES.resolve(type.getSimpleName() + "." + version + ".hex");
        return HexFormat.of().parseHex(Files.readString(file).strip());
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
}
