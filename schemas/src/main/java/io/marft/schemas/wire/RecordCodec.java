package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads and writes records in Confluent's wire format, byte for byte as Confluent's own serdes do, in three steps: the
 * {@linkplain Frame frame}, the {@linkplain SchemaLookup schema} that its id stands for, and Avro. So it is known at each
 * step whose fault it is that a record cannot be read. A record's own fault is a value with a reason, not an exception.
 * Only a registry that cannot be asked throws. Schemas are registered when a cluster is provisioned, not here.
 *
 * <p>Keeps the id of each topic's schema and the schema of each id, neither of which ever changes in a registry.
 *
 * <p>Not thread-safe: one for each thread.
 */
public final class RecordCodec implements AutoCloseable {

    static {
        AvroLimits.set();
    }

    private final SchemaLookup schemas;
    private final Map<String, Writer> writers = new HashMap<>();
    private final Map<ReaderKey, Reader<?>> readers = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    private BinaryEncoder encoder;
    private BinaryDecoder decoder;

    /** @param registry the registry's client, closed with this codec */
    public RecordCodec(SchemaRegistryClient registry) {
        this.schemas = new SchemaLookup(registry);
    }

    /** How a topic's records are written. */
    private record Writer(Schema schema, int schemaId, SpecificDatumWriter<SpecificRecord> avro) {}

    private record ReaderKey(int schemaId, Class<?> type) {}

    /** How the records that one schema wrote are read as ours. */
    private record Reader<T>(
            Schema written, Schema ours, SpecificDatumReader<T> avro, SortedSet<String> unknownSymbols) {

        static <T> Reader<T> of(Schema written, Class<T> type) {
            Schema ours = SpecificData.get().getSchema(type);
            return new Reader<>(
                    written, ours, new SpecificDatumReader<>(written, ours), UnknownSymbols.of(written, ours));
        }

        boolean isOfAnotherKind() {
            return !written.getFullName().equals(ours.getFullName());
        }
    }

    /**
     * The enum symbols that a writer's schema has and ours has not. A record that holds one cannot be read: our enums have no
     * default that could stand for it.
     */
    private static final class UnknownSymbols {

        private final SortedSet<String> found = new TreeSet<>();
        private final Set<String> seen = new HashSet<>();

        private UnknownSymbols() {}

        /** Each as {@code ENUM SYMBOL}, sorted; only fields that ours has, too, are looked into. */
        static SortedSet<String> of(Schema written, Schema ours) {
            UnknownSymbols symbols = new UnknownSymbols();
            symbols.compare(written, ours);
            return symbols.found;
        }

        private void compare(Schema written, Schema ours) {
            if (written.getType() != ours.getType()) {
                return;
            }
            switch (ours.getType()) {
                case ENUM ->
                    written.getEnumSymbols().stream()
                            .filter(symbol -> !ours.hasEnumSymbol(symbol))
                            .forEach(symbol -> found.add(ours.getName() + " " + symbol));
                case ARRAY -> compare(written.getElementType(), ours.getElementType());
                case MAP -> compare(written.getValueType(), ours.getValueType());
                case UNION -> written.getTypes().forEach(one -> ours.getTypes().forEach(other -> compare(one, other)));
                case RECORD -> {
                    if (seen.add(ours.getFullName())) {
                        for (Schema.Field field : ours.getFields()) {
                            Schema.Field other = written.getField(field.name());
                            if (other != null) {
                                compare(other.schema(), field.schema());
                            }
                        }
                    }
                }
                default -> {
                    // Nothing of these has symbols.
                }
            }
        }
    }

    /**
     * Encodes a value for a topic.
     *
     * @throws RegistryUnavailableException if the registry cannot be reached
     * @throws RegistryRefusedException if it does not let this client in
     * @throws IllegalStateException if the topic's subject does not hold the value's schema, or the value is not whole
     */
    public byte[] encode(String topic, SpecificRecord value) {
        Writer writer = writer(topic, value.getSchema());
        // Taking the encoder up again writes what a value that failed has left in it, so this comes before the frame.
        encoder = EncoderFactory.get().binaryEncoder(out, encoder);
        out.reset();
        Frame.write(writer.schemaId(), out);
        try {
            writer.avro().write(value, encoder);
            encoder.flush();
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "topic " + topic + " does not take this "
                            + value.getSchema().getName() + ": " + OneLine.of(e),
                    e);
        }
        return out.toByteArray();
    }

    private Writer writer(String topic, Schema schema) {
        Writer known = writers.get(topic);
        if (known != null && known.schema().equals(schema)) {
            return known;
        }
        try {
            Writer writer = new Writer(schema, schemas.idOf(schema, topic), new SpecificDatumWriter<>(schema));
            writers.put(topic, writer);
            return writer;
        } catch (NoSchemaException e) {
            throw new IllegalStateException(
                    "topic " + topic + " does not take a " + schema.getName() + ": " + e.getMessage()
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
        Optional<String> unframed = Frame.refuse(bytes);
        if (unframed.isPresent()) {
            return unreadable(type, unframed.get());
        }
        Reader<T> reader;
        try {
            reader = reader(topic, Frame.schemaId(bytes), type);
        } catch (NoSchemaException e) {
            return unreadable(type, e.getMessage());
        }
        if (reader.isOfAnotherKind()) {
            return new Decoded.Invalid<>(
                    "holds " + reader.written().getName() + ", expected a " + type.getSimpleName());
        }
        try {
            decoder = DecoderFactory.get().binaryDecoder(bytes, Frame.LENGTH, bytes.length - Frame.LENGTH, decoder);
            return new Decoded.Valid<>(reader.avro().read(null, decoder));
        } catch (IOException | RuntimeException e) {
            // Avro reports damaged bytes in many ways, class cast and index errors among them.
            String hint = reader.unknownSymbols().isEmpty()
                    ? ""
                    : "; of its schema's enum symbols these are not known here: " + reader.unknownSymbols();
            return unreadable(type, OneLine.of(e) + hint);
        }
    }

    @SuppressWarnings("unchecked") // The key holds the reader's type.
    private <T> Reader<T> reader(String topic, int schemaId, Class<T> type) throws NoSchemaException {
        ReaderKey key = new ReaderKey(schemaId, type);
        Reader<T> known = (Reader<T>) readers.get(key);
        if (known != null) {
            return known;
        }
        Reader<T> reader = Reader.of(schemas.byId(schemaId, topic), type);
        readers.put(key, reader);
        return reader;
    }

    private static <T> Decoded<T> unreadable(Class<T> type, String why) {
        return new Decoded.Invalid<>("not readable as " + type.getSimpleName() + ": " + why);
    }

    @Override
    public void close() {
        schemas.close();
    }
}
