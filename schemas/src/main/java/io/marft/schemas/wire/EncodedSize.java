package io.marft.schemas.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Whether a record can be written at all. What a service makes of many records (an open episode's state, a turn, a
 * trajectory) may outgrow a broker's limit; its writer would then fail for ever. So it asks before it writes, and rejects
 * the record that was too much.
 */
public final class EncodedSize {

    /** The most bytes of a record's value: with key, headers and a batch's frame it stays below a broker's 1 MiB. */
    public static final int MOST = 960 * 1024;

    private static final int NUMBER = 10;

    private EncodedSize() {}

    /** Why a record cannot be written, in one line; empty if it can. The cost is small unless the answer is near. */
    public static Optional<String> refuse(String what, SpecificRecord record) {
        return refuse(what, record, MOST);
    }

    /** The same for another limit. */
    public static Optional<String> refuse(String what, SpecificRecord record, int most) {
        if (atMost(record) <= most) {
            return Optional.empty();
        }
        long size = of(record);
        return size <= most
                ? Optional.empty()
                : Optional.of(what + " would have " + size + " bytes, more than the most of " + most);
    }

    /** A bound of its bytes from the lengths of texts and lists, without encoding anything. */
    public static long atMost(SpecificRecord record) {
        return atMost(record.getSchema(), record);
    }

    private static long atMost(Schema schema, Object value) {
        return switch (schema.getType()) {
            case RECORD -> {
                long sum = 0;
                for (Schema.Field field : schema.getFields()) {
                    sum += atMost(field.schema(), ((IndexedRecord) value).get(field.pos()));
                }
                yield sum;
            }
            case STRING -> NUMBER + 3L * ((CharSequence) value).length();
            case BYTES -> NUMBER + (long) ((ByteBuffer) value).remaining();
            case ARRAY -> items(schema.getElementType(), (Collection<?>) value);
            case MAP -> {
                Map<?, ?> map = (Map<?, ?>) value;
                long keys = map.keySet().stream()
                        .mapToLong(key -> NUMBER + 3L * key.toString().length())
                        .sum();
                yield keys + items(schema.getValueType(), map.values());
            }
            case UNION ->
                1
                        + (value == null
                                ? 0
                                : atMost(
                                        schema.getTypes().get(SpecificData.get().resolveUnion(schema, value)), value));
            default -> NUMBER;
        };
    }

    private static long items(Schema type, Collection<?> items) {
        return switch (type.getType()) {
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM -> (1L + items.size()) * NUMBER;
            default ->
                NUMBER + items.stream().mapToLong(item -> atMost(type, item)).sum();
        };
    }

    private static long of(SpecificRecord record) {
        Counter counter = new Counter();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(counter, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counter.bytes;
    }

    private static final class Counter extends OutputStream {

        private long bytes;

        @Override
        public void write(int each) {
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            bytes += length;
        }
    }
}
