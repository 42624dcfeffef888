package io.marft.streaming.log;

import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed records of some topics, outside of any consumer group, in each partition's order. It stands at a
 * place of each partition and goes on from there: {@link #poll} follows what comes, {@link #readToEnd} reads what is there.
 * {@link #last} and {@link #at} look elsewhere.
 *
 * <p>Records are handed over as they come, so memory holds no more than one poll of them. What retention deletes while it
 * is about to be read is passed over.
 *
 * <p>It belongs to one thread, but for {@link #wakeup}. A thread that is interrupted while it reads gets Kafka's
 * {@link org.apache.kafka.common.errors.InterruptException}; all reading throws
 * {@link org.apache.kafka.common.KafkaException} where the cluster refuses it or does not answer for a minute.
 */
public final class LogReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
    private static final Duration POLL = Duration.ofMillis(100);

    /** After how long reading says what it waits for, and how often it says so again. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private static final Duration REMINDER = Duration.ofMinutes(1);

    /** How long to wait for transactions that are under way. A sound one takes some milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration GLANCE = Duration.ofMillis(10);

    private final ClientSettings client;
    private final KafkaConsumer<String, byte[]> consumer;
    private Optional<Admin> admin = Optional.empty();
    private List<TopicPartition> partitions = List.of();

    /** A reader of no topic yet; asks the cluster nothing. */
    public LogReader(ClientSettings client) {
        this.client = client;
        Map<String, Object> properties = client.reader();
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.consumer = new KafkaConsumer<>(properties);
    }

    /**
     * A reader that stands at the beginning of the topics.
     *
     * @throws IllegalStateException if one does not exist
     */
    public static LogReader atBeginning(ClientSettings client, Collection<String> topics) {
        LogReader reader = new LogReader(client);
        try {
            reader.open(topics);
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * A reader that stands at the end of the topics, as it is when this returns.
     *
     * @throws IllegalStateException if one does not exist
     */
    public static LogReader atEnd(ClientSettings client, Collection<String> topics) {
        LogReader reader = atBeginning(client, topics);
        try {
            reader.consumer.seekToEnd(reader.partitions);
            reader.partitions.forEach(reader.consumer::position); // Seeking is lazy; asking fixes the place.
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * A topic's partitions, lowest first; also for consumers that are in a group.
     *
     * @throws IllegalStateException if the topic does not exist
     */
    public static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new IllegalStateException("topic " + topic + " does not exist: `marft topics` lists those that do,"
                    + " and `marft provision` creates those that are missing");
        }
        return infos.stream()
                .map(PartitionInfo::partition)
                .sorted()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /**
     * Leaves the topics that were read so far, and stands at the beginning of these.
     *
     * @throws IllegalStateException if one does not exist
     */
    public void open(Collection<String> topics) {
        partitions = topics.stream()
                .flatMap(topic -> partitions(consumer, topic).stream())
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The partitions of the topics that are read. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    /** The ends of what is written now, as {@link LogEnds#written} says. */
    public Map<TopicPartition, Long> written() {
        return LogEnds.written(admin(), partitions);
    }

    /** The ends of what may be read now, as {@link LogEnds#readable} says. */
    public Map<TopicPartition, Long> readable() {
        return consumer.endOffsets(partitions);
    }

    /** Whether it stands at these places or behind them. */
    public boolean reached(Map<TopicPartition, Long> ends) {
        return LogEnds.reached(consumer, ends);
    }

    /** Goes to a place in each of these partitions. */
    public void seek(Map<TopicPartition, Long> places) {
        places.forEach(consumer::seek);
    }

    /**
     * Goes to where the last offsets before these ends begin.
     *
     * @param offsets how many of each partition; as few or none of them may hold records
     * @return whether that is the beginning of every partition
     */
    public boolean seekBefore(Map<TopicPartition, Long> ends, long offsets) {
        boolean whole = true;
        for (Map.Entry<TopicPartition, Long> beginning :
                consumer.beginningOffsets(ends.keySet()).entrySet()) {
            long from = ends.get(beginning.getKey()) - offsets;
            whole &= from <= beginning.getValue();
            consumer.seek(beginning.getKey(), Math.max(from, beginning.getValue()));
        }
        return whole;
    }

    /** What has come, as soon as something has, or else nothing when the patience is over. */
    public ConsumerRecords<String, byte[]> poll(Duration patience) {
        return consumer.poll(patience);
    }

    /** Reads on through everything that is written now and committed. A transaction that is under way is waited for. */
    public void readToEnd(Consumer<ConsumerRecord<String, byte[]>> action) {
        readTo(written(), action);
    }

    /** Reads on up to these places, and stands at them afterwards. */
    public void readTo(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<String, byte[]>> action) {
        long sayAt = System.nanoTime() + QUIET.toNanos();
        try {
            while (!LogEnds.reached(consumer, ends)) {
                if (System.nanoTime() - sayAt > 0) {
                    sayWhatHoldsUp();
                    sayAt = System.nanoTime() + REMINDER.toNanos();
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < end(ends, record)) {
                        action.accept(record);
                    }
                }
                ends.forEach(this::rest);
            }
        } finally {
            consumer.resume(consumer.paused());
        }
    }

    private void sayWhatHoldsUp() {
        try {
            OpenTransaction.lines(client, admin()).forEach(line -> LOG.atWarn().log("reading waits: {}", line));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException | IllegalStateException e) {
            LOG.atDebug().setCause(e).log("what reading waits for cannot be found out");
        }
    }

    private static long end(Map<TopicPartition, Long> ends, ConsumerRecord<?, ?> record) {
        return ends.get(new TopicPartition(record.topic(), record.partition()));
    }

    /** Lets a partition rest that has come to its end; what was fetched from behind the end is fetched again later. */
    private void rest(TopicPartition partition, long end) {
        if (!consumer.paused().contains(partition) && consumer.position(partition) >= end) {
            consumer.pause(List.of(partition));
            consumer.seek(partition, end);
        }
    }

    /**
     * The last records of the topics, oldest first; it stands behind them afterwards. Those of one partition are in their
     * order; among partitions the times of records decide. Of a long topic only the end is read ({@link TailWalk}), up to
     * where it is {@link #settled}.
     *
     * @param count how many, of all topics together; so many of each partition are held in memory
     */
    public List<ConsumerRecord<String, byte[]>> last(int count) {
        Map<TopicPartition, Long> ends = settled();
        TailWalk walk = new TailWalk(count, consumer.beginningOffsets(partitions), ends);
        for (var look = walk.next(); !look.isEmpty(); look = walk.next()) {
            read(look, walk::add);
        }
        seek(ends);
        return walk.newest();
    }

    /**
     * The ends of what may be read once the transactions that are under way now have ended. It waits for them, but not for
     * long: behind one that hangs nothing can be read.
     */
    public Map<TopicPartition, Long> settled() {
        Map<TopicPartition, Long> written = written();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Map<TopicPartition, Long> readable = readable();
            boolean settled = written.entrySet().stream().allMatch(end -> readable.get(end.getKey()) >= end.getValue());
            if (settled || System.nanoTime() - deadline > 0) {
                return readable;
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
    }

    /** The record at a place; empty if there is none any more, or not yet, or it was not committed. */
    public Optional<ConsumerRecord<String, byte[]>> at(TopicPartition partition, long offset) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>(1);
        read(partition, offset, offset, found::add);
        return found.stream().findFirst();
    }

    /** Reads from one offset to another, with that one; what is not there is passed over. */
    void read(TopicPartition partition, long first, long last, Consumer<ConsumerRecord<String, byte[]>> action) {
        List<TopicPartition> one = List.of(partition);
        if (partitions.contains(partition)) {
            long from = Math.max(first, consumer.beginningOffsets(one).get(partition));
            long to = Math.min(last + 1, consumer.endOffsets(one).get(partition));
            if (from < to) {
                read(Map.of(partition, new TailWalk.Range(from, to)), action);
            }
        }
    }

    /** Reads elsewhere, and comes back to where it stood. */
    private void read(Map<TopicPartition, TailWalk.Range> ranges, Consumer<ConsumerRecord<String, byte[]>> action) {
        Map<TopicPartition, Long> stood = new HashMap<>();
        partitions.forEach(partition -> stood.put(partition, consumer.position(partition)));
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
            consumer.assign(ranges.keySet());
            ranges.forEach((partition, range) -> {
                consumer.seek(partition, range.from());
                ends.put(partition, range.to());
            });
            readTo(ends, action);
        } finally {
            consumer.assign(partitions);
            seek(stood);
        }
    }

    /**
     * Ends what another thread is reading now, or else its next reading, with Kafka's
     * {@link org.apache.kafka.common.errors.WakeupException}. Any thread may call it.
     */
    public void wakeup() {
        consumer.wakeup();
    }

    private Admin admin() {
        if (admin.isEmpty()) {
            admin = Optional.of(Admin.create(client.admin()));
        }
        return admin.get();
    }

    @Override
    public void close() {
        consumer.close();
        admin.ifPresent(Admin::close);
    }
}
