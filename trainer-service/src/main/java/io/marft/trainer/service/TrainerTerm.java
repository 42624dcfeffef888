package io.marft.trainer.service;

import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.log.LogReader;
import io.marft.trainer.batch.TrajectoryBatch;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.publish.Checkpoints;
import io.marft.trainer.publish.UpdateRecords;
import io.marft.trainer.publish.UpdateTransaction;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.UpdateResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer's time in office, from one committed state on: collects batches, learns, and commits updates until it is
 * asked to stop, loses the lease, or is fenced.
 *
 * <p>It first fences whoever was in office before, and only then reads the last checkpoint, so nothing can be committed
 * between the two. The partitions are assigned, not subscribed to: all of them belong to the one trainer.
 */
final class TrainerTerm implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerTerm.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** A transaction that is open then is the next term's to settle. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final LanguageModel model;
    private final TrainerSettings settings;
    private final TrainerService.Learning learning;
    private final TrainerLease lease;
    private final CountDownLatch closing;
    private final TrainedTeam team;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final RecordCodec codec;
    private final ArrayDeque<ConsumerRecord<String, byte[]>> received = new ArrayDeque<>();

    TrainerTerm(
            LanguageModel model,
            TrainerSettings settings,
            TrainerService.Learning learning,
            TrainerLease lease,
            CountDownLatch closing) {
        this.model = model;
        this.settings = settings;
        this.learning = learning;
        this.lease = lease;
        this.closing = closing;
        this.team = new TrainedTeam(settings, model);
        this.producer = new KafkaProducer<>(settings.client().transactionalProducer(settings.identity()));
        this.consumer = new KafkaConsumer<>(settings.client().consumer(settings.identity()));
        this.codec = settings.client().codec();
    }

    /**
     * Trains until the end of the term.
     *
     * @throws org.apache.kafka.common.errors.ApplicationRecoverableException if another one has taken the office
     */
    void run() throws InterruptedException {
        producer.initTransactions();
        TrainingState state = Checkpoints.resume(settings, model.digest(), model.config());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", state.update())
                .log("Trainer begins");
        UpdateTransaction transaction = new UpdateTransaction(producer, codec, consumer.groupMetadata(), closing);
        List<TopicPartition> partitions =
                LogReader.partitions(consumer, settings.client().topics().of(Topic.TRAJECTORIES));
        consumer.assign(partitions);
        checkOffsets(partitions, state);
        while (inOffice()) {
            TrajectoryBatch batch = collect(state);
            if (full(batch) && inOffice()) {
                state = learn(state, batch, transaction);
            } else if (batch.isAccountDue() && inOffice()) {
                account(state, batch, transaction);
            }
        }
    }

    private boolean inOffice() {
        return closing.getCount() > 0 && lease.held();
    }

    private boolean full(TrajectoryBatch batch) {
        return batch.episodes().size() >= settings.configuration().batchEpisodes();
    }

    /** Offsets expire where a group is idle for long; from the beginning, trajectories would be trained on twice. */
    private void checkOffsets(List<TopicPartition> partitions, TrainingState state) {
        boolean none =
                consumer.committed(Set.copyOf(partitions)).values().stream().allMatch(Objects::isNull);
        if (none && state.update() > 0) {
            throw new IllegalStateException("team '" + state.team() + "' is at update " + state.update()
                    + ", but group " + settings.identity()
                    + " has no committed offsets: set them to where that update's"
                    + " inputs end");
        }
    }

    /** Polls until a batch is full, its account is due, or the term ends; what was polled beyond it waits for the next one. */
    private TrajectoryBatch collect(TrainingState state) throws InterruptedException {
        TrajectoryBatch batch = new TrajectoryBatch(
                TrainerService.NAME,
                team.reader(),
                state.adapterVersions(),
                settings.configuration().maxStaleness());
        while (!full(batch) && !batch.isAccountDue() && inOffice()) {
            if (received.isEmpty()) {
                consumer.poll(POLL).forEach(received::add);
            } else {
                take(batch);
            }
        }
        return batch;
    }

    private void take(TrajectoryBatch batch) throws InterruptedException {
        ConsumerRecord<String, byte[]> source = received.peek();
        try {
            batch.add(source, codec.decode(source.topic(), source.value(), Trajectory.class));
            received.remove();
        } catch (RegistryUnavailableException e) {
            LOG.atWarn().setCause(e).log("Schema registry unavailable; trying again");
            var unused = closing.await(1, TimeUnit.SECONDS);
        }
    }

    private TrainingState learn(TrainingState state, TrajectoryBatch batch, UpdateTransaction transaction)
            throws InterruptedException {
        Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        TrainedTeam.Start start = team.start(state, batch.teamVersions());
        String previousDigest = StateBytes.digest(start.before());
        UpdateResult result =
                learning.apply(start.joined(), batch.episodes(), settings.configuration(), settings.seed());
        transaction.commit(
                UpdateRecords.of(settings, start.teamVersion(), batch, result, previousDigest, startedAt),
                batch.offsets());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", result.state().update())
                .addKeyValue("return", result.metrics().get("charts/episodic_return"))
                .addKeyValue("dropped", batch.dropped().size())
                .addKeyValue("millis", ChronoUnit.MILLIS.between(startedAt, Instant.now()))
                .log("Update committed");
        return result.state();
    }

    private void account(TrainingState state, TrajectoryBatch batch, UpdateTransaction transaction)
            throws InterruptedException {
        transaction.commit(UpdateRecords.ofAccount(settings, state, team.newest(), batch), batch.offsets());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("dropped", batch.dropped().size())
                .addKeyValue("rejected", batch.rejected().size())
                .log("Trajectories passed over");
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
        consumer.close();
        codec.close();
        team.close();
    }
}
