package io.marft.actor.acting;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Cuts the records that a consumer polls into batches. Records of a partition that is taken away are dropped: their next owner
 * reads them from the committed offset.
 *
 * <p>Not thread-safe; belongs to the consumer's thread.
 */
final class TurnQueue implements ConsumerRebalanceListener {

    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final int limit;
    private final Duration linger;
    private final Deque<ConsumerRecord<String, byte[]>> queue = new ArrayDeque<>();

    /**
     * Makes an empty queue.
     *
     * @param limit the most records of a batch
     * @param linger how long a batch that is not full waits for more
     */
    TurnQueue(Consumer<String, byte[]> consumer, int limit, Duration linger) {
        this.consumer = consumer;
        this.limit = limit;
        this.linger = linger;
    }

    /** The next batch; empty if nothing came for a while. */
    List<ConsumerRecord<String, byte[]>> next() {
        if (queue.size() < limit) {
            poll(queue.isEmpty() ? POLL : Duration.ZERO);
        }
        long deadline = System.nanoTime() + linger.toNanos();
        for (long left = linger.toNanos(); !queue.isEmpty() && queue.size() < limit && left > 0; ) {
            poll(Duration.ofNanos(left));
            left = deadline - System.nanoTime();
        }
        List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
        while (batch.size() < limit && !queue.isEmpty()) {
            batch.add(queue.remove());
        }
        return batch;
    }

    private void poll(Duration timeout) {
        consumer.poll(timeout).forEach(queue::add);
    }

    /** The offsets to commit once a batch is done. */
    static Map<TopicPartition, OffsetAndMetadata> after(List<ConsumerRecord<String, byte[]>> batch) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : batch) {
            offsets.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        return offsets;
    }

    /** Goes back to what is committed: everything after it will be polled again. */
    void rewind() {
        queue.clear();
        Set<TopicPartition> assigned = consumer.assignment();
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(assigned);
        for (TopicPartition partition : assigned) {
            OffsetAndMetadata offset = committed.get(partition);
            if (offset == null) {
                consumer.seekToBeginning(Set.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        queue.removeIf(record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
}
