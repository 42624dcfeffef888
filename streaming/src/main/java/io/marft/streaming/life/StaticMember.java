package io.marft.streaming.life;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * How a process belongs to its service's consumer group: as a static member, under a name of its own. A process that
 * restarts after a crash takes its own place back at once. Others get the work of one that stays away.
 */
public final class StaticMember {

    /**
     * The time after which a silent process is given up. A group then settles and reads its state, and others are at the
     * work within 10 s. Brokers allow no less than 6 s by default.
     */
    public static final int SESSION_TIMEOUT_MS = 7_000;

    private static final int HEARTBEAT_INTERVAL_MS = 2_000;

    private StaticMember() {}

    /**
     * The properties that make a consumer a static member.
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
