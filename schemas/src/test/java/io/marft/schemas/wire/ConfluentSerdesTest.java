package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Confluent's own serdes and {@link RecordCodec} write the same bytes, and each reads the other's as the same record. */
class ConfluentSerdesTest {

    private static final String TOPIC = "topic";
    private static final Map<String, Object> SERDES = Map.of(
            "schema.registry.url", "http://unused",
            "auto.register.schemas", false,
            "specific.avro.reader", true);

    static Stream<Class<? extends SpecificRecord>> types() {
        return ReleasedSchemas.types().stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldWriteAndReadAsConfluentDoes(Class<? extends SpecificRecord> type) throws Exception {
        String scope = "oracle-" + type.getSimpleName();
        try (SchemaRegistryClient registry = Registries.inMemory(scope);
                RecordCodec codec = new RecordCodec(Registries.inMemory(scope));
                KafkaAvroSerializer serializer = new KafkaAvroSerializer(registry);
                KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer(registry)) {
            serializer.configure(SERDES, false);
            deserializer.configure(SERDES, false);
            List<Schema> released = ReleasedSchemas.of(type);
            for (int version = 1; version <= released.size(); version++) {
                int old = registry.register(TOPIC + "-value", new AvroSchema(released.get(version - 1)));
                byte[] golden = golden(type, version);
                byte[] written = ByteBuffer.allocate(Frame.LENGTH + golden.length)
                        .put((byte) 0)
                        .putInt(old)
                        .put(golden)
                        .array();
                SpecificRecord theirs = (SpecificRecord) deserializer.deserialize(TOPIC, written);
                assertEquals(theirs, valid(codec.decode(TOPIC, written, type)));

                registry.register(
                        TOPIC + "-value", new AvroSchema(SpecificData.get().getSchema(type)));
                byte[] bytes = serializer.serialize(TOPIC, theirs);
                assertArrayEquals(bytes, codec.encode(TOPIC, theirs));
                assertEquals(theirs, deserializer.deserialize(TOPIC, codec.encode(TOPIC, theirs)));
            }
        }
    }

    private static SpecificRecord valid(Decoded<? extends SpecificRecord> decoded) {
        return (SpecificRecord) assertInstanceOf(Decoded.Valid.class, decoded, decoded::toString)
                .value();
    }

    private static byte[] golden(Class<?> type, int version) throws Exception {
        Path file = Path.of("src/test/resources/released", type.getSimpleName() + "." + version + ".hex");
        return HexFormat.of().parseHex(Files.readString(file).strip());
    }
}
