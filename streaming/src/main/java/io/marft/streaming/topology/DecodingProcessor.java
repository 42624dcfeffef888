package io.marft.streaming.topology;

import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Observation;
import io.marft.schemas.team.ObservationRules;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The first node behind a source of raw bytes. It decodes the value, and checks that the record's key is the one its value
 * calls for, that the record lies where its key belongs, and that an observation keeps {@link ObservationRules}. A usable
 * record goes to one child as {@link Received}. Any other goes to the dead letters, in the same
 * transaction that moves the source's offset. While the registry cannot be asked this node throws, and the record is read
 * again.
 */
final class DecodingProcessor<T extends SpecificRecord> implements Processor<String, byte[], String, Object> {

    /** The longest key in bytes; a dead letter stores the key twice. */
    static final int MOST_KEY = 4 * 1024;

    private final String service;
    private final TopicNames names;
    private final Class<T> type;
    private final Function<T, String> key;
    private final String next;
    private final Supplier<RecordCodec> codecs;
    private final KeyPlacement placement;

    private RecordCodec codec;
    private ProcessorContext<String, Object> context;
    private Rejections rejections;

    DecodingProcessor(
            String service,
            TopicNames names,
            Class<T> type,
            Function<T, String> key,
            String next,
            Supplier<RecordCodec> codecs,
            KeyPlacement placement) {
        this.service = service;
        this.names = names;
        this.type = type;
        this.key = key;
        this.next = next;
        this.codecs = codecs;
        this.placement = placement;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.codec = codecs.get();
        this.rejections = new Rejections(service, names, codec, context);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Optional<String> oversized = oversized(record);
        if (oversized.isPresent()) {
            reject(record, oversized.get());
            return;
        }
        RecordMetadata source = context.recordMetadata().orElseThrow();
        Decoded<T> decoded = codec.decode(source.topic(), record.value(), type);
        if (decoded instanceof Decoded.Valid<T> valid) {
            KeyText.mismatch(record.key(), key.apply(valid.value()))
                    .or(() -> placement.refuse(source.topic(), source.partition(), record.key()))
                    .or(() -> refuse(valid.value()))
                    .ifPresentOrElse(
                            reason -> reject(record, reason),
                            () -> context.forward(record.withValue(received(record, valid.value())), next));
        } else if (decoded instanceof Decoded.Invalid<T> invalid) {
            reject(record, invalid.reason());
        }
    }

    private static Optional<String> refuse(SpecificRecord value) {
        return value instanceof Observation observation ? ObservationRules.refuse(observation) : Optional.empty();
    }

    private static Optional<String> oversized(Record<String, byte[]> record) {
        int keyBytes = record.key() == null ? 0 : KeyText.bytes(record.key()).length;
        if (keyBytes > MOST_KEY) {
            return Optional.of("key has " + keyBytes + " bytes, more than the most of " + MOST_KEY);
        }
        int valueBytes = record.value() == null ? 0 : record.value().length;
        if (valueBytes > TopologyParts.MOST_BYTES) {
            return Optional.of("value has " + valueBytes + " bytes, more than the most of " + TopologyParts.MOST_BYTES);
        }
        int all = keyBytes + valueBytes;
        for (Header header : record.headers()) {
            all += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return all <= TopologyParts.MOST_BYTES
                ? Optional.empty()
                : Optional.of("record has " + all + " bytes, more than the most of " + TopologyParts.MOST_BYTES);
    }

    private void reject(Record<String, byte[]> record, String reason) {
        rejections.reject(record.withValue(received(record, null)), reason);
    }

    private Received<T> received(Record<String, byte[]> record, T value) {
        RecordMetadata source = context.recordMetadata().orElseThrow();
        return new Received<>(value, record.value(), source.topic(), source.partition(), source.offset());
    }

    @Override
    public void close() {
        codec.close();
    }
}
