package io.marft.schemas.serde;

import io.marft.schemas.record.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Makes dead letters: the rejected record as it was, where it came from, and why it was rejected. */
public final class DeadLetters {

    private DeadLetters() {}

    /** Of a record as a consumer received it. */
    public static DeadLetter of(String service, String reason, ConsumerRecord<String, byte[]> record) {
        return of(
                service,
                reason,
                record.topic(),
                record.partition(),
                record.offset(),
                record.key(),
                record.value(),
                record.headers());
    }

    /**
     * Of a record's parts.
     *
     * @param key the key, or null if there was none
     * @param value the value's bytes, or null if there were none
     */
    public static DeadLetter of(
            String service,
            String reason,
            String topic,
            int partition,
            long offset,
            String key,
            byte[] value,
            Headers headers) {
        Map<String, ByteBuffer> copied = new HashMap<>();
        for (Header header : headers) {
            copied.put(header.key(), ByteBuffer.wrap(header.value() == null ? new byte[0] : header.value()));
        }
        return DeadLetter.newBuilder()
                .setService(service)
                .setReason(reason)
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)
                .setKey(key == null ? null : ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)))
                .setValue(value == null ? null : ByteBuffer.wrap(value))
                .setHeaders(copied)
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }
}
