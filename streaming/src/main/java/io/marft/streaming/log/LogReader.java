package io.marft.streaming.log;

import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads committed records of the log by place: a whole topic up to its present end, or single offsets. To be used by one
 * thread.
 */
public final class LogReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<String, byte[]> consumer;
    private final Admin admin;
    private final RecordCodec codec;

    public LogReader(ClientSettings client) {
        this.consumer = new KafkaConsumer<>(client.reader());
        this.admin = Admin.create(client.admin());
        this.codec = client.codec();
    }

    /**
     * A topic's partitions.
     *
     * @throws IllegalStateException if the topic does not exist
     */
    public static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new IllegalStateException("topic " + topic + " does not exist: create the catalogue's topics first");
        }
        return infos.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /**
     * Reads a topic from its beginning to its present end; each partition in order.
     *
     * @throws IllegalStateException if a record cannot be decoded
     */
    public <T extends SpecificRecord> void forEach(String topic, Class<T> type, Consumer<T> action) {
        var unused = forLast(topic, Long.MAX_VALUE, record -> action.accept(decode(record, type)));
    }

    /**
     * Reads the last part of a topic up to its present end; each partition in order.
     *
     * @param offsets how many offsets of each partition
     * @return whether that was the whole topic
     */
    public <T extends SpecificRecord> boolean forLastReadable(
            String topic, long offsets, Class<T> type, Consumer<T> action) {
        return forLast(topic, offsets, record -> {
            if (decoded(record, type) instanceof Decoded.Valid<T> valid) {
                action.accept(valid.value());
            } else {
                LOG.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("offset", record.offset())
                        .log("record cannot be read and is passed over");
            }
        });
    }

    private boolean forLast(String topic, long offsets, Consumer<ConsumerRecord<String, byte[]>> action) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        consumer.assign(partitions);
        Map<TopicPartition, Long> ends = LogEnds.written(admin, partitions);
        boolean whole = true;
        for (Map.Entry<TopicPartition, Long> beginning :
                consumer.beginningOffsets(partitions).entrySet()) {
            long from = ends.get(beginning.getKey()) - offsets;
            whole &= from <= beginning.getValue();
            consumer.seek(beginning.getKey(), Math.max(from, beginning.getValue()));
        }
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                action.accept(record);
            }
        }
        return whole;
    }

    /**
     * Reads the records at given places of a topic.
     *
     * @return in the order of the places
     * @throws IllegalStateException if one is no longer there or cannot be decoded
     */
    public <T extends SpecificRecord> List<T> at(String topic, List<TrajectoryOffset> places, Class<T> type) {
        Map<TopicPartition, Map<Long, T>> found = new HashMap<>();
        for (TrajectoryOffset place : places) {
            found.computeIfAbsent(new TopicPartition(topic, place.getPartition()), absent -> new HashMap<>())
                    .put(place.getOffset(), null);
        }
        found.forEach((partition, wanted) -> read(partition, wanted, type));
        List<T> records = new ArrayList<>();
        for (TrajectoryOffset place : places) {
            T value = found.get(new TopicPartition(topic, place.getPartition())).get(place.getOffset());
            if (value == null) {
                throw new IllegalStateException("topic " + topic + " no longer holds partition " + place.getPartition()
                        + " offset " + place.getOffset() + " (episode " + place.getEpisode()
                        + "): it was deleted by retention");
            }
            records.add(value);
        }
        return records;
    }

    private <T extends SpecificRecord> void read(TopicPartition partition, Map<Long, T> wanted, Class<T> type) {
        long first = wanted.keySet().stream().mapToLong(Long::longValue).min().orElseThrow();
        long last = wanted.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        consumer.seek(partition, Math.max(first, consumer.beginningOffsets(one).get(partition)));
        long end = Math.min(last + 1, consumer.endOffsets(one).get(partition));
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (wanted.containsKey(record.offset())) {
                    wanted.put(record.offset(), decode(record, type));
                }
            }
        }
    }

    private <T extends SpecificRecord> Decoded<T> decoded(ConsumerRecord<String, byte[]> record, Class<T> type) {
        return codec.decode(record.topic(), record.value(), type);
    }

    private <T extends SpecificRecord> T decode(ConsumerRecord<String, byte[]> record, Class<T> type) {
        Decoded<T> decoded = decoded(record, type);
        if (decoded instanceof Decoded.Valid<T> valid) {
            return valid.value();
        }
        throw new IllegalStateException("topic " + record.topic() + " partition " + record.partition() + " offset "
                + record.offset() + " " + ((Decoded.Invalid<T>) decoded).reason());
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
        codec.close();
    }
}
