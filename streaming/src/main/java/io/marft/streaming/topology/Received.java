package io.marft.streaming.topology;

import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A decoded record inside a topology, with the bytes it came as: should it turn out to be unusable, its dead letter
 * carries them.
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
     * A dead letter as a topology writes it: under its own key, and without the source record's headers, which it holds.
     */
    public static Record<String, DeadLetter> outgoing(DeadLetter letter, long timestamp) {
        return new Record<>(DeadLetters.key(letter), letter, timestamp);
    }

    /** {@link #reject} as a topology writes it. */
    public Record<String, DeadLetter> rejected(String service, String reason, Record<String, ?> record) {
        return outgoing(reject(service, reason, record), record.timestamp());
    }

    /**
     * The dead letter of this record.
     *
     * @param service the service that rejects it
     * @param reason why, in one line
     * @param record the record that holds this value
     */
    DeadLetter reject(String service, String reason, Record<String, ?> record) {
        return DeadLetters.of(service, reason, topic, partition, offset, record.key(), bytes, record.headers());
    }
}
