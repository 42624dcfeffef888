package io.marft.testkit;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;

/** A deployment's topics as anybody may read them: all committed records, from the beginning. Thread-safe. */
public final class Log {

    private static final Duration POLL = Duration.ofMillis(100);

    /**
     * A record with its place.
     *
     * @param key empty where it has none
     */
    public record Placed<T>(String topic, int partition, long offset, String key, T value) {}

    private final ClientSettings client;

    public Log(ClientSettings client) {
        this.client = client;
    }

    /** The readable records of a topic of the catalogue; in each partition's order. */
    public <T extends SpecificRecord> List<Placed<T>> placed(Topic topic, Class<T> type) {
        return placed(client.topics().of(topic), type);
    }

    /** The readable records of a topic; in each partition's order. */
    public <T extends SpecificRecord> List<Placed<T>> placed(String topic, Class<T> type) {
        List<Placed<T>> records = new ArrayList<>();
        try (LogReader reader = LogReader.atBeginning(client, List.of(topic));
                RecordCodec codec = client.codec()) {
            // A process that was killed may have left a transaction open, which is not waited for.
            reader.readTo(reader.settled(), record -> {
                if (codec.decode(topic, record.value(), type) instanceof Decoded.Valid<T> valid) {
                    String key = Optional.ofNullable(record.key()).orElse("");
                    records.add(new Placed<>(topic, record.partition(), record.offset(), key, valid.value()));
                }
            });
        }
        return records;
    }

    /** The readable records' values. */
    public <T extends SpecificRecord> List<T> values(Topic topic, Class<T> type) {
        return placed(topic, type).stream().map(Placed::value).toList();
    }

    /**
     * Waits until a topic has that many committed records.
     *
     * @throws IllegalStateException if it does not in time
     */
    public void await(Topic topic, long count, Duration patience) {
        String name = client.topics().of(topic);
        long deadline = System.nanoTime() + patience.toNanos();
        long seen = 0;
        try (LogReader reader = LogReader.atBeginning(client, List.of(name))) {
            while (seen < count) {
                seen += reader.poll(POLL).count();
                if (seen < count && System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("topic " + name + " had " + seen + " of " + count + " records when "
                            + patience.toSeconds() + " s were over");
                }
            }
        }
    }

    /**
     * The offsets that a consumer group has committed.
     *
     * @return by partition of the topic; none where nothing is committed
     */
    public Map<Integer, Long> committed(String group, Topic topic) {
        String name = client.topics().of(topic);
        Map<Integer, Long> committed = new TreeMap<>();
        try (Admin admin = Admin.create(client.admin())) {
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (partition.topic().equals(name) && offset != null) {
                            committed.put(partition.partition(), offset.offset());
                        }
                    });
        } catch (ExecutionException e) {
            throw new IllegalStateException("offsets of group " + group + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading offsets of group " + group, e);
        }
        return committed;
    }
}
