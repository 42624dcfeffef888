package io.marft.schemas.client;

import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.serde.DeadLetters;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A decoded record inside a topology, with the bytes it came as: should it turn out to be unusable, its dead letter
 * carries them.
 *
 * @param value the decoded value
 * @param bytes the value as it was on the topic
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record Received<T>(T value, byte[] bytes) {

    /**
     * A dead letter as a topology writes it: under its own key, and without the source record's headers, which it holds.
     */
    public static Record<String, DeadLetter> outgoing(DeadLetter letter, long timestamp) {
        return new Record<>(DeadLetters.key(letter), letter, timestamp);
    }

    /**
     * {@link #reject} as a topology writes it.
     *
     * @throws IllegalStateException if no source record is being processed, as in a punctuation
     */
    public Record<String, DeadLetter> rejected(
            String service, String reason, ProcessorContext<?, ?> context, Record<String, ?> record) {
        return outgoing(reject(service, reason, context, record), record.timestamp());
    }

    /**
     * The dead letter of this record while it is being processed.
     *
     * @param service the service that rejects it
     * @param reason why, in one line
     * @param record the record that holds this value
     * @throws IllegalStateException if no source record is being processed, as in a punctuation
     */
    public DeadLetter reject(String service, String reason, ProcessorContext<?, ?> context, Record<String, ?> record) {
        return reject(service, reason, context, record, bytes);
    }

    static DeadLetter reject(
            String service, String reason, ProcessorContext<?, ?> context, Record<String, ?> record, byte[] bytes) {
        var source = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("no source record is being processed"));
        return DeadLetters.of(
                service,
                reason,
                source.topic(),
                source.partition(),
                source.offset(),
                record.key(),
                bytes,
                record.headers());
    }
}
