package io.marft.schemas.client;

import io.marft.schemas.serde.Decoded;
import io.marft.schemas.serde.RecordCodec;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The first node behind a source of raw bytes: decodes the value and checks that the record's key is the one its value
 * calls for. A usable record goes to one child as {@link Received}; any other goes to the dead letters, in the same
 * transaction that moves the source's offset. A registry that cannot be asked throws, and the record is read again.
 */
final class DecodingProcessor<T extends SpecificRecord> implements Processor<String, byte[], String, Object> {

    /** What is made of a record, such as a turn or an open episode, holds it and must fit a broker's 1 MiB. */
    static final int MOST_BYTES = 256 * 1024;

    private final String service;
    private final Class<T> type;
    private final Function<T, String> key;
    private final String next;
    private final Supplier<RecordCodec> codecs;

    private RecordCodec codec;
    private ProcessorContext<String, Object> context;

    DecodingProcessor(
            String service, Class<T> type, Function<T, String> key, String next, Supplier<RecordCodec> codecs) {
        this.service = service;
        this.type = type;
        this.key = key;
        this.next = next;
        this.codecs = codecs;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.codec = codecs.get();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (record.value() != null && record.value().length > MOST_BYTES) {
            reject(record, "value has " + record.value().length + " bytes, more than the most of " + MOST_BYTES);
            return;
        }
        String topic = context.recordMetadata().orElseThrow().topic();
        Decoded<T> decoded = codec.decode(topic, record.value(), type);
        if (decoded instanceof Decoded.Valid<T> valid) {
            String wanted = key.apply(valid.value());
            if (wanted.equals(record.key())) {
                context.forward(record.withValue(new Received<>(valid.value(), record.value())), next);
            } else {
                reject(record, "key is '" + record.key() + "', but the value calls for '" + wanted + "'");
            }
        } else if (decoded instanceof Decoded.Invalid<T> invalid) {
            reject(record, invalid.reason());
        }
    }

    private void reject(Record<String, byte[]> record, String reason) {
        context.forward(
                record.withValue(Received.reject(service, reason, context, record, record.value())),
                TopologyParts.DEAD_LETTERS);
    }

    @Override
    public void close() {
        codec.close();
    }
}
