package io.marft.streaming.topology;

import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A decoded record inside a topology. It keeps the bytes that it came as, for a dead letter, in case it turns out to be
 * unusable.
 *
 * @param value the decoded value
 * @param bytes the value as it was on the topic
 * @param topic where it was read
 * @param partition of the topic
 * @param offset in the partition
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record Received<T>(T value, byte[] bytes, String topic, int partition, long offset) {

    /**
     * The dead letter of this record; {@link Rejections} writes it.
     *
     * @param service the service that rejects it
     * @param reason why it rejects it, in one line
     * @param record the record that holds this value
     */
    DeadLetter letter(String service, String reason, Record<String, ?> record) {
        return DeadLetters.of(service, reason, topic, partition, offset, record.key(), bytes, record.headers());
    }
}
