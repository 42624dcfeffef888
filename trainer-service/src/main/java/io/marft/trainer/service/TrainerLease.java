package io.marft.trainer.service;

import io.marft.schemas.catalogue.Topic;
import io.marft.streaming.life.StaticMember;
import io.marft.streaming.life.TransientErrors;
import io.marft.trainer.configure.TrainerSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of a team's trainers is to train: the one that owns the single partition of {@code checkpoints} in a consumer
 * group of the team's trainers. Kafka's group membership does the rest: the owner keeps the partition while it lives,
 * and the next one in the group gets it as soon as the owner leaves, or was not heard of for {@link
 * StaticMember#SESSION_TIMEOUT_MS}.
 *
 * <p>The lease only decides who tries. What keeps two trainers from both publishing is the transactional id, whatever
 * they believe about the lease. Heartbeats come from a thread of the consumer's own, so an update may take as long as it
 * likes. To be used by one thread.
 */
final class TrainerLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerLease.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** It matters only where the cluster is away. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final String team;
    private final TopicPartition lease;
    private final KafkaConsumer<String, byte[]> consumer;

    /** @param instance this process's name among the team's trainers; started again under it, it has its lease at once */
    TrainerLease(TrainerSettings settings, String instance) {
        this.team = settings.team().getName();
        this.lease = new TopicPartition(settings.client().topics().of(Topic.CHECKPOINTS), 0);
        Map<String, Object> properties = settings.client().consumer(settings.client().names().trainerLease(settings.team().getName()));
        properties.putAll(StaticMember.properties(instance));
        properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        this.consumer = new KafkaConsumer<>(properties);
        consumer.subscribe(List.of(lease.topic()), new Listener());
    }

    /**
     * Waits for the lease; returns without it only once {@code closing} is down.
     *
     * @throws FencedInstanceIdException if another process has taken this one's name
     */
    void await(CountDownLatch closing) {
        while (closing.getCount() > 0 && !(held(POLL) && confirmed())) {
            Thread.onSpinWait();
        }
    }

    /**
     * Whether this trainer has the lease as far as it knows; also lets others join the group.
     *
     * @throws FencedInstanceIdException if another process has taken this one's name
     */
    boolean held() {
        return held(Duration.ZERO);
    }

    private boolean held(Duration poll) {
        try {
            var unused = consumer.poll(poll); // The partition is paused.
        } catch (KafkaException e) {
            if (!TransientErrors.isTransient(e)) {
                throw e;
            }
            LOG.atWarn().addKeyValue("team", team).setCause(e).log("Trainers' group is not to be had now");
            LockSupport.parkNanos(POLL.toNanos());
        }
        return consumer.assignment().contains(lease);
    }

    /** Asks the group's coordinator, which takes offsets from the owner only: one that was stopped for long may not know. */
    private boolean confirmed() {
        try {
            consumer.commitSync(Map.of(lease, new OffsetAndMetadata(0)));
            return true;
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
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
                LOG.atInfo().addKeyValue("team", team).log("Trainer stands by: another one trains this team");
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            LOG.atWarn()
                    .addKeyValue("team", team)
                    .log("Trainer was not heard of for too long: its lease has passed on");
        }
    }
}
