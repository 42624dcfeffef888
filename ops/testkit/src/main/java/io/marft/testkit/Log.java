package io.marft.testkit;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

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
        try (RecordCodec codec = client.codec()) {
            readAll(topic, record -> {
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

    private void readAll(String topic, Consumer<ConsumerRecord<String, byte[]>> records) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader())) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Those of a reader of committed records: where the first open transaction begins.
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            while (!ends.isEmpty()) {
                consumer.poll(POLL).forEach(records);
                ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
            }
        }
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
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader())) {
            List<TopicPartition> partitions = partitions(consumer, name);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (seen < count) {
                seen += consumer.poll(POLL).count();
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

    private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }
}
