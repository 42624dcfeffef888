package io.marft.streaming.log;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Where partitions begin and end, and whether a consumer has come to an end. */
public final class LogEnds {

    private LogEnds() {}

    /**
     * The first offset of each partition that retention has left.
     *
     * @throws IllegalStateException if the brokers do not say
     */
    public static Map<TopicPartition, Long> beginnings(Admin admin, Collection<TopicPartition> partitions) {
        return offsets(admin, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /**
     * The ends of what is written, committed or not. A commit returns before the partitions know of it, so the end of what
     * readers may see can lag behind a transaction that has ended; reading up to these ends waits for it.
     *
     * @return for each partition the offset that its next record will have
     * @throws IllegalStateException if the brokers do not say
     */
    public static Map<TopicPartition, Long> written(Admin admin, Collection<TopicPartition> partitions) {
        return offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /**
     * The ends of what a reader of committed records may see now: where the first open transaction begins, or the ends of
     * what is written.
     *
     * @throws IllegalStateException if the brokers do not say
     */
    public static Map<TopicPartition, Long> readable(Admin admin, Collection<TopicPartition> partitions) {
        return offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    }

    /** Whether the consumer, to which these partitions are assigned, has read each of them up to its end. */
    public static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            admin.listOffsets(wanted, new ListOffsetsOptions(isolation))
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition, found.offset()));
            return offsets;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for the offsets of " + partitions, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the offsets of " + partitions + " cannot be found: "
                            + e.getCause().getMessage(),
                    e.getCause());
        }
    }
}
