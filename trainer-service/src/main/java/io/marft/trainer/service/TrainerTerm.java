package io.marft.trainer.service;

import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Metric;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.life.Patience;
import io.marft.streaming.life.Transactions;
import io.marft.trainer.batch.Positions;
import io.marft.trainer.batch.TrajectoryBatch;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.publish.Standing;
import io.marft.trainer.publish.UpdateRecords;
import io.marft.trainer.publish.UpdateTransaction;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.UpdateResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer's time in office, from one committed state on. It collects batches, learns, and commits updates until it is
 * asked to stop, loses the lease, or is fenced.
 *
 * <p>It first fences whoever was in office before, and only then reads the last checkpoint, so nothing can be committed
 * between the two. It goes on at the positions that lie beside the checkpoint. The group's offsets move with them, but only
 * to be looked at. It assigns the partitions to itself, because all of them belong to the one trainer. The next term aborts
 * a transaction that this one leaves open.
 */
final class TrainerTerm implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerTerm.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final LanguageModel model;
    private final TrainerSettings settings;
    private final TrainerService.Learning learning;
    private final TrainerLease lease;
    private final Patience patience;
    private final TrainedTeam team;
    private final Transactions transactions;
    private final KafkaConsumer<String, byte[]> consumer;
    private final RecordCodec codec;
    private final String trajectories;
    private final ArrayDeque<ConsumerRecord<String, byte[]>> received = new ArrayDeque<>();
    /** Those that the newest checkpoint has. */
    private Positions positions = new Positions(new TreeMap<>());

    TrainerTerm(
            LanguageModel model,
            TrainerSettings settings,
            TrainerService.Learning learning,
            TrainerLease lease,
            Patience patience) {
        this.model = model;
        this.settings = settings;
        this.learning = learning;
        this.lease = lease;
        this.patience = patience;
        this.team = new TrainedTeam(settings, model);
        this.transactions = new Transactions(settings.producer(), patience);
        this.trajectories = settings.client().topics().of(Topic.TRAJECTORIES);
        Map<String, Object> reading = settings.client().consumer(settings.identity());
        // Records that are deleted ahead of it end the term; the next one says so.
        reading.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        this.consumer = new KafkaConsumer<>(reading);
        this.codec = settings.client().codec();
    }

    /**
     * Trains until the end of the term.
     *
     * @throws RuntimeException the error that ended the term; its {@link io.marft.streaming.life.Trouble} tells whether
     *     another one may follow
     */
    void run() throws InterruptedException {
        transactions.open();
        Standing standing = Standing.read(settings, model.digest(), model.config(), consumer);
        TrainingState state = standing.state();
        goTo(standing.positions());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", state.update())
                .log("trainer begins");
        UpdateTransaction transaction = new UpdateTransaction(transactions, codec, consumer.groupMetadata(), patience);
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
        return !patience.stop().isMade() && lease.held(patience.stop());
    }

    private boolean full(TrajectoryBatch batch) {
        return batch.episodes().size() >= settings.configuration().batchEpisodes();
    }

    private void goTo(Positions from) {
        positions = from;
        from.offsets(trajectories).forEach(consumer::seek);
    }

    /** Polls until a batch is full, its account is due, or the term ends. Records beyond it wait for the next batch. */
    private TrajectoryBatch collect(TrainingState state) {
        TrajectoryBatch batch = new TrajectoryBatch(
                TrainerService.NAME,
                team.reader(),
                state.adapterVersions(),
                settings.configuration().maxStaleness(),
                positions);
        while (!full(batch) && !batch.isAccountDue() && inOffice()) {
            if (received.isEmpty()) {
                consumer.poll(POLL).forEach(received::add);
            } else {
                take(batch);
            }
        }
        return batch;
    }

    private void take(TrajectoryBatch batch) {
        ConsumerRecord<String, byte[]> source = received.peek();
        try {
            batch.add(source, codec.decode(source.topic(), source.value(), Trajectory.class));
            received.remove();
        } catch (RegistryUnavailableException e) {
            patience.after(e);
        }
    }

    private TrainingState learn(TrainingState state, TrajectoryBatch batch, UpdateTransaction transaction)
            throws InterruptedException {
        Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        TrainedTeam.Start start = team.start(state, batch.teamVersions());
        String previousDigest = StateBytes.digest(start.before());
        UpdateResult result =
                learning.apply(start.joined(), batch.episodes(), settings.configuration(), settings.seed());
        commit(
                transaction,
                UpdateRecords.of(settings, start.teamVersion(), batch, result, previousDigest, startedAt),
                batch.positions());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", result.state().update())
                .addKeyValue("return", result.metrics().get(Metric.EPISODIC_RETURN.key()))
                .addKeyValue("dropped", batch.dropped().size())
                .addKeyValue("millis", ChronoUnit.MILLIS.between(startedAt, Instant.now()))
                .log("trainer committed an update");
        return result.state();
    }

    private void account(TrainingState state, TrajectoryBatch batch, UpdateTransaction transaction) {
        commit(transaction, UpdateRecords.ofAccount(settings, state, team.newest(), batch), batch.positions());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("dropped", batch.dropped().size())
                .addKeyValue("rejected", batch.rejected().size())
                .log("trainer passed over trajectories");
    }

    private void commit(UpdateTransaction transaction, UpdateRecords records, Positions after) {
        transaction.commit(records, after.offsets(trajectories));
        positions = after;
    }

    @Override
    public void close() {
        transactions.close();
        consumer.close();
        codec.close();
        team.close();
    }
}
