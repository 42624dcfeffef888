package io.marft.schemas.wire;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.LetterHeader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Makes dead letters: the rejected record as it was, where it came from, and why it was rejected. What would make the
 * letter too large for its own topic is cut, and the letter says what it lacks: an oversized record must not stop its
 * reader.
 */
public final class DeadLetters {

    /** The most bytes of a value that a dead letter carries; with key and headers it stays below a broker's 1 MiB. */
    public static final int MOST_VALUE_BYTES = 512 * 1024;

    private static final int MOST_KEY_BYTES = 64 * 1024;
    /** The most bytes of header names and values together; a letter stores them twice. */
    private static final int MOST_HEADER_BYTES = 64 * 1024;

    private static final int MOST_REASON = 1000;

    private DeadLetters() {}

    /**
     * The letter about a record that a consumer received.
     *
     * @param service the service that rejects it
     * @param reason why, in one line; what is beyond its first 1,000 characters is left out
     */
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
     * The letter about a record in its parts.
     *
     * @param service the service that rejects it
     * @param reason why, in one line; what is beyond its first 1,000 characters is left out
     * @param key the key as {@link KeyText} reads it, or null if there was none
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
        byte[] keyBytes = KeyText.bytes(key);
        List<LetterHeader> kept = kept(headers);
        Map<String, ByteBuffer> byName = new HashMap<>();
        for (LetterHeader header : kept) {
            byName.put(header.getName(), header.getValue() == null ? ByteBuffer.allocate(0) : header.getValue());
        }
        List<String> lacks = new ArrayList<>();
        cutTo(MOST_KEY_BYTES, "key", keyBytes, lacks);
        cutTo(MOST_VALUE_BYTES, "value", value, lacks);
        int headerCount = headers.toArray().length;
        if (kept.size() < headerCount) {
            lacks.add("the last " + (headerCount - kept.size()) + " of " + headerCount + " headers");
        }
        return DeadLetter.newBuilder()
                .setService(service)
                .setReason(oneLine(reason))
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)
                .setKey(cut(keyBytes, MOST_KEY_BYTES))
                .setValue(cut(value, MOST_VALUE_BYTES))
                .setHeaders(byName)
                .setOrderedHeaders(kept)
                .setLacks(String.join(", ", lacks))
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    /**
     * A letter as a producer writes it: under its own key, and without headers of its own, because it holds the source
     * record's.
     *
     * @throws RegistryUnavailableException if it cannot be encoded now
     */
    public static ProducerRecord<String, byte[]> outgoing(DeadLetter letter, TopicNames names, RecordCodec codec) {
        String topic = names.of(Topic.DEAD_LETTERS);
        return new ProducerRecord<>(topic, key(letter), codec.encode(topic, letter));
    }

    /** The key that a letter is written under: the source record's, as far as the letter has it. */
    public static String key(DeadLetter letter) {
        return KeyText.text(bytes(letter.getKey()));
    }

    /** The source record's value, as far as the letter has it; null if it had none. */
    public static byte[] value(DeadLetter letter) {
        return bytes(letter.getValue());
    }

    /** The source record's headers, as far as the letter has them. */
    public static Headers headers(DeadLetter letter) {
        Headers headers = new RecordHeaders();
        if (letter.getOrderedHeaders().isEmpty()) {
            letter.getHeaders().forEach((name, value) -> headers.add(name, bytes(value)));
        }
        for (LetterHeader header : letter.getOrderedHeaders()) {
            headers.add(header.getName(), bytes(header.getValue()));
        }
        return headers;
    }

    private static List<LetterHeader> kept(Headers headers) {
        List<LetterHeader> kept = new ArrayList<>();
        int room = MOST_HEADER_BYTES;
        for (Header header : headers) {
            byte[] value = header.value();
            room -= 3 * header.key().length() + (value == null ? 0 : value.length);
            if (room < 0) {
                return kept;
            }
            kept.add(new LetterHeader(header.key(), value == null ? null : ByteBuffer.wrap(value)));
        }
        return kept;
    }

    private static void cutTo(int most, String what, byte[] bytes, List<String> lacks) {
        if (bytes != null && bytes.length > most) {
            lacks.add("the " + what + "'s bytes from " + most + " to " + bytes.length);
        }
    }

    private static ByteBuffer cut(byte[] bytes, int most) {
        return bytes == null ? null : ByteBuffer.wrap(bytes.length <= most ? bytes : Arrays.copyOf(bytes, most));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Cuts a reason to one line of bounded length, because it quotes names from the record, which may hold anything. */
    private static String oneLine(String reason) {
        String line = reason.replaceAll("\\s*[\\r\\n]+\\s*", " ");
        return line.length() <= MOST_REASON ? line : line.substring(0, MOST_REASON) + "…";
    }
}
