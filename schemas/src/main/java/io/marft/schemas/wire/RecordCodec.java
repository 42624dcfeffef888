package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads and writes records in Confluent's wire format, by Confluent's own serdes. A record that cannot be read is a
 * value with a reason, not an exception; only a registry that cannot be asked throws, because that is no fault of the
 * record. Schemas are registered by {@link io.marft.streaming.provision.TopicProvisioner}, not here.
 *
 * <p>Not thread-safe: one for each thread.
 */
public final class RecordCodec implements AutoCloseable {

    private static final Map<String, Object> CONFIGURATION = Map.of(
            "schema.registry.url", "http://unused",
            "auto.register.schemas", false,
            "specific.avro.reader", true,
            "avro.reflection.allow.null", false);

    static {
        AvroLimits.set();
    }

    private final SchemaRegistryClient registry;
    private final Serializer serializer;
    private final KafkaAvroDeserializer deserializer;

    /** @param registry the registry's client; closed with this codec */
    public RecordCodec(SchemaRegistryClient registry) {
        this.registry = registry;
        this.serializer = new Serializer(registry);
        this.serializer.configure(CONFIGURATION, false);
        this.deserializer = new KafkaAvroDeserializer(registry);
        this.deserializer.configure(CONFIGURATION, false);
    }

    /**
     * Encodes a value for a topic.
     *
     * @throws RegistryUnavailableException if the registry cannot be reached
     * @throws RegistryRefusedException if it does not let this client in
     * @throws IllegalStateException if the topic's subject does not hold the value's schema
     */
    public byte[] encode(String topic, SpecificRecord value) {
        try {
            return serializer.serialize(topic, value);
        } catch (SerializationException | InvalidConfigurationException e) {
            RegistryRefusedException.throwIfRefused(e);
            if (registryUnavailable(e)) {
                throw new RegistryUnavailableException("schema registry cannot be asked about topic " + topic, e);
            }
            throw new IllegalStateException(
                    "topic " + topic + " does not take a " + value.getSchema().getName() + ": " + oneLine(e)
                            + "; run `marft provision`",
                    e);
        }
    }

    /**
     * Decodes a record's value.
     *
     * @param type the record that the topic is to hold
     * @throws RegistryUnavailableException if the registry cannot be reached
     * @throws RegistryRefusedException if it does not let this client in
     */
    public <T extends SpecificRecord> Decoded<T> decode(String topic, byte[] bytes, Class<T> type) {
        if (bytes == null) {
            return new Decoded.Invalid<>("value is null, expected a " + type.getSimpleName());
        }
        Object value;
        try {
            value = deserializer.deserialize(topic, bytes);
        } catch (SerializationException | InvalidConfigurationException e) {
            RegistryRefusedException.throwIfRefused(e);
            if (registryUnavailable(e)) {
                throw new RegistryUnavailableException("schema registry cannot be asked about topic " + topic, e);
            }
            return new Decoded.Invalid<>("not readable as " + type.getSimpleName() + ": " + oneLine(e));
        } catch (
                RuntimeException
                        e) { // Avro reports damaged bytes in many ways, class cast and index errors among them.
            return new Decoded.Invalid<>("not readable as " + type.getSimpleName() + ": " + oneLine(e));
        }
        if (!type.isInstance(value)) {
            String found = value == null ? "nothing" : value.getClass().getSimpleName();
            return new Decoded.Invalid<>("holds " + found + ", expected a " + type.getSimpleName());
        }
        return new Decoded.Valid<>(type.cast(value));
    }

    /** Whether the registry failed to answer; a definite answer, such as "no such schema", is the record's fault. */
    private static boolean registryUnavailable(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException rest) {
                return rest.getStatus() >= 500 || rest.getStatus() == 429;
            }
            if (cause instanceof org.apache.kafka.common.errors.TimeoutException
                    || cause instanceof org.apache.kafka.common.errors.RetriableException) {
                return true;
            }
            if (cause instanceof IOException && !thrownByAvro(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Avro reports some damage, such as bytes that end early or a number that does not, as an IOException, too. */
    private static boolean thrownByAvro(Throwable error) {
        StackTraceElement[] stack = error.getStackTrace();
        return stack.length > 0 && stack[0].getClassName().startsWith("org.apache.avro.");
    }

    private static String oneLine(Throwable error) {
        StringBuilder line = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && line.indexOf(cause.getMessage()) < 0) {
                line.append(line.isEmpty() ? "" : ": ")
                        .append(cause.getMessage().replaceAll("\\s+", " "));
            }
        }
        return line.isEmpty() ? error.getClass().getSimpleName() : line.toString();
    }

    @Override
    public void close() {
        serializer.close();
        deserializer.close();
        try {
            registry.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Confluent's serializer, which makes a schema object for each record and computes its hash from all fields; this one
     * keeps one for each topic.
     */
    private static final class Serializer extends KafkaAvroSerializer {

        private final Map<String, AvroSchema> schemas = new HashMap<>();

        Serializer(SchemaRegistryClient registry) {
            super(registry);
        }

        byte[] serialize(String topic, SpecificRecord value) {
            AvroSchema schema = schemas.get(topic);
            if (schema == null || !schema.rawSchema().equals(value.getSchema())) {
                schema = new AvroSchema(value.getSchema());
                schemas.put(topic, schema);
            }
            return serializeImpl(getSubjectName(topic, false, value, schema), topic, null, value, schema);
        }
    }
}
