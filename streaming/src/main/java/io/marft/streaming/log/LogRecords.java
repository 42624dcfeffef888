package io.marft.streaming.log;

import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of committed records: of a whole topic up to its present end, of the topic's end, or of single places. To be
 * used by one thread.
 */
public final class LogRecords implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogRecords.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final LogReader reader;
    private final RecordCodec codec;

    public LogRecords(ClientSettings client) {
        this.reader = new LogReader(client);
        this.codec = client.codec();
    }

    /**
     * Reads a topic from its beginning to its present end; each partition in order.
     *
     * @throws IllegalStateException if the topic does not exist, or a record cannot be decoded
     */
    public <T extends SpecificRecord> void forEach(String topic, Class<T> type, Consumer<T> action) {
        reader.open(List.of(topic));
        reader.readToEnd(record -> action.accept(decode(record, type)));
    }

    /**
     * Reads the last part of a topic up to its present end; each partition in order. What cannot be decoded is passed over
     * with a line in the log.
     *
     * @param offsets how many offsets of each partition
     * @param action is given each value with the record that it came in
     * @return whether that was the whole topic
     * @throws IllegalStateException if the topic does not exist
     */
    public <T extends SpecificRecord> boolean forLastReadable(
            String topic, long offsets, Class<T> type, BiConsumer<ConsumerRecord<String, byte[]>, T> action) {
        reader.open(List.of(topic));
        Map<TopicPartition, Long> ends = reader.written();
        boolean whole = reader.seekBefore(ends, offsets);
        reader.readTo(ends, record -> {
            if (decoded(record, type) instanceof Decoded.Valid<T> valid) {
                action.accept(record, valid.value());
            } else {
                LOG.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("offset", record.offset())
                        .log("record cannot be read and is passed over");
            }
        });
        return whole;
    }

    /**
     * The values of one partition from a place up to its present end, each read when it is asked for, so that memory holds no
     * more than one poll of them. What cannot be decoded is passed over. Good until something else is read.
     *
     * @throws IllegalStateException if the topic does not exist
     */
    public <T extends SpecificRecord> Iterator<T> from(TopicPartition partition, long offset, Class<T> type) {
        reader.open(List.of(partition.topic()));
        Map<TopicPartition, Long> end = Map.of(partition, reader.written().get(partition));
        reader.seek(Map.of(partition, offset));
        ArrayDeque<T> polled = new ArrayDeque<>();
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                while (polled.isEmpty() && !reader.reached(end)) {
                    for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                        if (record.partition() == partition.partition()
                                && decoded(record, type) instanceof Decoded.Valid<T> valid) {
                            polled.add(valid.value());
                        }
                    }
                }
                return !polled.isEmpty();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return polled.remove();
            }
        };
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
        reader.open(List.of(topic));
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
        reader.read(partition, first, last, record -> {
            if (wanted.containsKey(record.offset())) {
                wanted.put(record.offset(), decode(record, type));
            }
        });
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
        reader.close();
        codec.close();
    }
}
