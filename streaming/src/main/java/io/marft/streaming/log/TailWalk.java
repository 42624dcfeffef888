package io.marft.streaming.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Says which offsets to read so as to find the last records of some partitions, and keeps those records.
 *
 * <p>An offset need not hold a record that a reader may see: each transaction leaves a marker, an aborted one its records,
 * and compaction leaves gaps. So the walk looks at some offsets before a partition's end, and where too few records are
 * found, at the offsets before those, each time at four times as many. No offset is looked at twice, and at most
 * {@code count} records of each partition are kept.
 *
 * <p>Pure; not thread-safe.
 */
final class TailWalk {

    /** Offsets from the first to read up to, but not with, the last. */
    record Range(long from, long to) {}

    private static final int GROWTH = 4;

    /** Later first; of two partitions' records of one time the higher partition's counts as the later one. */
    private static final Comparator<ConsumerRecord<String, byte[]>> AGE =
            Comparator.<ConsumerRecord<String, byte[]>>comparingLong(ConsumerRecord::timestamp)
                    .thenComparing(ConsumerRecord::topic)
                    .thenComparingInt(ConsumerRecord::partition);

    private final int count;
    private final Map<TopicPartition, Part> parts = new HashMap<>();
    private long window;

    /** What is known of one partition. */
    private static final class Part {

        private final long beginning;
        /** All offsets from here on have been looked at. */
        private long from;
        /** Found in earlier looks, in order. */
        private final Deque<ConsumerRecord<String, byte[]>> found = new ArrayDeque<>();
        /** Found in this look, in order; they come before those found earlier. */
        private final Deque<ConsumerRecord<String, byte[]>> look = new ArrayDeque<>();

        Part(long beginning, long end) {
            this.beginning = beginning;
            this.from = end;
        }

        void endLook() {
            while (!look.isEmpty()) {
                found.addFirst(look.removeLast());
            }
        }
    }

    /**
     * @param count how many records are wanted, of all partitions together
     * @param beginnings the first offset of each partition
     * @param ends the offset of each partition up to which to look
     */
    TailWalk(int count, Map<TopicPartition, Long> beginnings, Map<TopicPartition, Long> ends) {
        if (count < 0) {
            throw new IllegalArgumentException("number of records must not be negative, got: " + count);
        }
        this.count = count;
        this.window = 2L * count + 8; // Enough where each record has a transaction of its own.
        ends.forEach((partition, end) -> parts.put(partition, new Part(beginnings.get(partition), end)));
    }

    /** What to read now and {@link #add}; empty when all that is wanted, or all that is there, has been found. */
    Map<TopicPartition, Range> next() {
        Map<TopicPartition, Range> ranges = new HashMap<>();
        parts.forEach((partition, part) -> {
            part.endLook();
            if (part.found.size() < count && part.from > part.beginning) {
                long to = part.from;
                part.from = Math.max(part.beginning, to - window);
                ranges.put(partition, new Range(part.from, to));
            }
        });
        window *= GROWTH; // Overflows only behind more offsets than a partition can have.
        return ranges;
    }

    /** Takes a record of the ranges that {@link #next} gave last; those of one partition in their order. */
    void add(ConsumerRecord<String, byte[]> record) {
        Part part = parts.get(new TopicPartition(record.topic(), record.partition()));
        part.look.addLast(record);
        if (part.look.size() > count - part.found.size()) {
            part.look.removeFirst();
        }
    }

    /**
     * The last records, oldest first. Those of one partition stay in their order; among partitions the times of records
     * decide.
     */
    List<ConsumerRecord<String, byte[]>> newest() {
        List<Deque<ConsumerRecord<String, byte[]>>> rests = new ArrayList<>();
        for (Part part : parts.values()) {
            part.endLook();
            rests.add(new ArrayDeque<>(part.found));
        }
        List<ConsumerRecord<String, byte[]>> newest = new ArrayList<>();
        while (newest.size() < count) {
            Optional<Deque<ConsumerRecord<String, byte[]>>> latest =
                    rests.stream().filter(rest -> !rest.isEmpty()).max(Comparator.comparing(Deque::getLast, AGE));
            if (latest.isEmpty()) {
                break;
            }
            newest.add(latest.get().removeLast());
        }
        Collections.reverse(newest);
        return newest;
    }
}
