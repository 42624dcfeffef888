package io.marft.trainer.service;

import io.marft.schemas.catalogue.Topic;
import io.marft.streaming.life.StaticMember;
import io.marft.streaming.life.StopRequest;
import io.marft.streaming.life.Trouble;
import io.marft.trainer.configure.TrainerSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to train a team. It belongs to the trainer that owns the single partition of {@code checkpoints} in a consumer
 * group of the team's trainers. The owner keeps the partition while it lives. The next trainer in the group gets it as soon
 * as the owner leaves, or was not heard of for {@link StaticMember#SESSION_TIMEOUT_MS}.
 *
 * <p>The lease only decides who tries. The transactional id keeps two trainers from both publishing, whatever they believe
 * about the lease. A thread of the consumer's own sends the heartbeats, so an update may take as long as it likes. To be
 * used by one thread.
 */
final class TrainerLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerLease.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** How long to wait for a cluster that is away. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final String team;
    private final TopicPartition lease;
    private final KafkaConsumer<String, byte[]> consumer;

    /** @param instance this process's name among the team's trainers; a process that restarts under it has its lease at once */
    TrainerLease(TrainerSettings settings, String instance) {
        this.team = settings.team().getName();
        this.lease = new TopicPartition(settings.client().topics().of(Topic.CHECKPOINTS), 0);
        Map<String, Object> properties = settings.client()
                .consumer(settings.client().names().trainerLease(settings.team().getName()));
        properties.putAll(StaticMember.properties(instance));
        properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        this.consumer = new KafkaConsumer<>(properties);
        consumer.subscribe(List.of(lease.topic()), new Listener());
    }

    /**
     * Waits for the lease. Returns without it only when {@code stop} is requested.
     *
     * @throws RuntimeException the error of a {@link Trouble} that stops the trainer, such as another process of its name
     */
    void await(StopRequest stop) {
        while (!stop.isMade() && !(held(POLL, stop) && confirmed())) {
            Thread.onSpinWait();
        }
    }

    /**
     * Whether this trainer has the lease as far as it knows. Asking lets others join the group.
     *
     * @throws RuntimeException as {@link #await}
     */
    boolean held(StopRequest stop) {
        return held(Duration.ZERO, stop);
    }

    private boolean held(Duration poll, StopRequest stop) {
        try {
            var unused = consumer.poll(poll); // The partition is paused.
        } catch (RuntimeException e) {
            if (Trouble.of(e).stops()) {
                throw e;
            }
            LOG.atWarn().addKeyValue("team", team).setCause(e).log("trainer cannot reach its group now");
            var unused = stop.await(POLL);
        }
        return consumer.assignment().contains(lease);
    }

    /**
     * Confirms ownership by a commit, which the group's coordinator accepts from the current owner only. A trainer that was
     * frozen for long may believe that it still owns the lease.
     */
    private boolean confirmed() {
        try {
            consumer.commitSync(Map.of(lease, new OffsetAndMetadata(0)));
            return true;
        } catch (RuntimeException e) {
            if (Trouble.of(e).stops()) {
                throw e;
            }
            return false;
        }
    }

    /** Leaves the group, so that a standby takes over at once. */
    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }

    private final class Listener implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            if (!consumer.assignment().contains(lease)) {
                LOG.atInfo().addKeyValue("team", team).log("trainer stands by: another one trains this team");
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            LOG.atWarn()
                    .addKeyValue("team", team)
                    .log("trainer was not heard of for too long: its lease has passed on");
        }
    }
}
