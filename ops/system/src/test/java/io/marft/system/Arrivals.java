package io.marft.system;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The committed records that come to a topic from now on. Not thread-safe. */
final class Arrivals implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String topic;
    private final LogReader reader;

    Arrivals(ClientSettings client, String topic) {
        this.topic = topic;
        this.reader = LogReader.atEnd(client, List.of(topic));
    }

    /** Waits for so many more. */
    void await(int count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int seen = 0; seen < count; seen += reader.poll(POLL).count()) {
            check(deadline, seen + " of " + count + " records");
        }
    }

    /** Waits until each partition has had one more. */
    void awaitEachPartition() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<Integer> seen = new HashSet<>();
        while (seen.size() < reader.partitions().size()) {
            for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                seen.add(record.partition());
            }
            check(
                    deadline,
                    "records on partitions " + seen + " of "
                            + reader.partitions().size());
        }
    }

    /** Passes over what comes within a time. */
    void skip(Duration time) {
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
            var unused = reader.poll(POLL);
        }
    }

    private void check(long deadline, String seen) {
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException("topic " + topic + " had " + seen + " in " + PATIENCE.toSeconds() + " s");
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
