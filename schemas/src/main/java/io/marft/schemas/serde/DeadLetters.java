package io.marft.schemas.serde;

import io.marft.schemas.record.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Makes dead letters: the rejected record as it was, where it came from, and why it was rejected. What would make the
 * letter too large for its own topic is cut, and the reason says so: an oversized record must not stop its reader.
 */
public final class DeadLetters {

    /** The most bytes of a value that a dead letter carries; with key and headers it stays below a broker's 1 MiB. */
    public static final int MOST_VALUE_BYTES = 512 * 1024;

    private static final int MOST_KEY_BYTES = 64 * 1024;
    private static final int MOST_HEADERS = 32;
    private static final int MOST_HEADER_BYTES = 4 * 1024;

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
            if (copied.size() < MOST_HEADERS && header.key().length() <= MOST_HEADER_BYTES) {
                copied.put(header.key(), cut(header.value() == null ? new byte[0] : header.value(), MOST_HEADER_BYTES));
            }
        }
        String cut = value != null && value.length > MOST_VALUE_BYTES
                ? " (value cut from " + value.length + " to " + MOST_VALUE_BYTES + " bytes)"
                : "";
        return DeadLetter.newBuilder()
                .setService(service)
                .setReason(reason + cut)
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)
                .setKey(key == null ? null : cut(key.getBytes(StandardCharsets.UTF_8), MOST_KEY_BYTES))
                .setValue(value == null ? null : cut(value, MOST_VALUE_BYTES))
                .setHeaders(copied)
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    private static ByteBuffer cut(byte[] bytes, int most) {
        return ByteBuffer.wrap(bytes.length <= most ? bytes : Arrays.copyOf(bytes, most));
    }
}
