package io.marft.streaming.life;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * How a process belongs to its service's consumer group: as a static member, under a name of its own. Started again after
 * a crash, it takes its own place back at once; if it stays away, others get its work.
 */
public final class StaticMember {

    /**
     * A process that was not heard of for so long is given up. With the time that a group takes to settle and state to be
     * read, others are at its work within 10 s. Brokers allow no less than 6 s by default.
     */
    public static final int SESSION_TIMEOUT_MS = 7_000;

    private static final int HEARTBEAT_INTERVAL_MS = 2_000;

    private StaticMember() {}

    /**
     * A consumer's properties.
     *
     * @param instance the process's name in the group
     */
    public static Map<String, Object> properties(String instance) {
        return Map.of(
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance,
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_INTERVAL_MS);
    }
}
