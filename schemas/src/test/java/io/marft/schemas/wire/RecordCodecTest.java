package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Promotion;
import io.marft.schemas.record.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordCodecTest {

    private static final String TOPIC = "marft.references";
    private static final Reference REFERENCE = Reference.newBuilder()
            .setEpisode("e")
            .setEnvironment("arithmetic")
            .setVerifier("boxed")
            .setAnswer("42")
            .setCreatedAt(Instant.ofEpochMilli(1))
            .build();

    private final RecordCodec codec = new RecordCodec(Registries.inMemory("RecordCodecTest"));

    @BeforeEach
    void registerSchemas() throws IOException, RestClientException {
        try (SchemaRegistryClient registry = Registries.inMemory("RecordCodecTest")) {
            registry.register(TOPIC + "-value", new AvroSchema(Reference.getClassSchema()));
            registry.register("marft.promotions-value", new AvroSchema(Promotion.getClassSchema()));
        }
    }

    @Test
    void shouldRoundTrip() {
        byte[] bytes = codec.encode(TOPIC, REFERENCE);
        assertEquals(new Decoded.Valid<>(REFERENCE), codec.decode(TOPIC, bytes, Reference.class));
    }

    @Test
    void shouldRefuseToWriteARecordThatTheTopicDoesNotHold() {
        String message = assertThrows(IllegalStateException.class, () -> codec.encode("marft.promotions", REFERENCE))
                .getMessage();
        assertTrue(message.startsWith("topic marft.promotions does not take a Reference"), message);
    }

    @Test
    void shouldGiveAReasonForWhatIsNoRecord() {
        invalid(null, "value is null");
        invalid(new byte[] {}, "not readable as Reference: value has 0 bytes");
        invalid(
                "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "not readable as Reference: value begins with byte 104, not with the magic byte 0");
        byte[] good = codec.encode(TOPIC, REFERENCE);
        invalid(Arrays.copyOf(good, good.length - 3), "not readable as Reference");
        byte[] unknownSchema = good.clone();
        unknownSchema[3] = 77;
        invalid(unknownSchema, "not readable as Reference: schema ");
        assertEquals(
                new Decoded.Invalid<>("holds Reference, expected a Promotion"),
                codec.decode(TOPIC, good, Promotion.class));
    }

    /** A default would have it read as another symbol, and a purpose that nobody knows be trained on. */
    @Test
    void shouldRefuseASymbolThatItDoesNotKnow() throws IOException, RestClientException {
        Schema ours = Observation.getClassSchema();
        String known = ours.toString();
        Schema theirs = new Schema.Parser()
                .parse(known.replace("\"QUESTION\"]", "\"QUESTION\",\"REHEARSAL\"],\"default\":\"TRAINING\""));
        String topic = "marft.observations";
        int id;
        try (SchemaRegistryClient registry = Registries.inMemory("RecordCodecTest")) {
            id = registry.register(topic + "-value", new AvroSchema(theirs));
        }

        assertInstanceOf(
                Decoded.Valid.class, codec.decode(topic, observation(theirs, id, "EVALUATION"), Observation.class));
        String reason = assertInstanceOf(
                        Decoded.Invalid.class,
                        codec.decode(topic, observation(theirs, id, "REHEARSAL"), Observation.class))
                .reason();
        assertTrue(reason.endsWith("these are not known here: [Purpose REHEARSAL]"), reason);
    }

    private static byte[] observation(Schema schema, int id, String purpose) throws IOException {
        GenericData.Record record = new GenericData.Record(schema);
        record.put("episode", "e");
        record.put("step", 0);
        record.put("team", "pair");
        record.put("teamVersion", 1);
        record.put(
                "purpose", new GenericData.EnumSymbol(schema.getField("purpose").schema(), purpose));
        record.put("environment", "test");
        record.put(
                "messages",
                new GenericData.Array<>(0, schema.getField("messages").schema()));
        record.put("done", false);
        record.put("seed", 1L);
        record.put("createdAt", 1L);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Frame.write(id, out);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericData.Record>(schema).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    @Test
    void shouldWriteAWholeRecordAfterOneThatIsNot() {
        byte[] good = codec.encode(TOPIC, REFERENCE);
        Reference broken = new Reference("e", "arithmetic", "boxed", null, Instant.ofEpochMilli(1));

        String message = assertThrows(IllegalStateException.class, () -> codec.encode(TOPIC, broken))
                .getMessage();

        assertTrue(message.startsWith("topic marft.references does not take this Reference: "), message);
        assertFalse(message.contains("\n"), message);
        assertArrayEquals(good, codec.encode(TOPIC, REFERENCE));
    }

    @Test
    void shouldSurviveAnyDamage() {
        byte[] good = codec.encode(TOPIC, REFERENCE);
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] bad = good.clone();
            bad[5 + random.nextInt(bad.length - 5)] = (byte) random.nextInt();
            codec.decode(TOPIC, bad, Reference.class);
            // What damage leaves behind in the reader is of no consequence to the next record.
            assertEquals(new Decoded.Valid<>(REFERENCE), codec.decode(TOPIC, good, Reference.class));
        }
    }

    @Test
    void shouldNotBlameTheRecordForARegistryThatIsDown() {
        byte[] good = codec.encode(TOPIC, REFERENCE);
        try (RecordCodec cut = new RecordCodec(Registries.at("http://127.0.0.1:1"))) {
            assertThrows(RegistryUnavailableException.class, () -> cut.decode(TOPIC, good, Reference.class));
            assertThrows(RegistryUnavailableException.class, () -> cut.encode(TOPIC, REFERENCE));
        }
    }

    private void invalid(byte[] bytes, String because) {
        Decoded<Reference> decoded = codec.decode(TOPIC, bytes, Reference.class);
        String reason =
                assertInstanceOf(Decoded.Invalid.class, decoded).reason().toString();
        assertTrue(reason.contains(because), reason);
        assertFalse(reason.contains("\n"), reason);
    }
}
