package io.marft.streaming.log;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Where partitions end. */
public final class LogEnds {

    private LogEnds() {}

    /**
     * The ends of what is written, committed or not. A commit returns before the partitions know of it, so the end of what
     * readers may see can lag behind a transaction that has ended; reading up to these ends waits for it.
     *
     * @return for each partition the offset that its next record will have
     * @throws IllegalStateException if the brokers do not say
     */
    public static Map<TopicPartition, Long> written(Admin admin, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
            admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for the ends of " + partitions, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the ends of " + partitions + " cannot be found: "
                            + e.getCause().getMessage(),
                    e.getCause());
        }
    }
}
