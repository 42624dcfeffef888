package io.marft.trainer.publish;

import io.marft.policy.LanguageModel;
import io.marft.schemas.client.Service;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.serde.RecordCodec;
import io.marft.schemas.serde.RegistryUnavailableException;
import io.marft.schemas.topic.Topic;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.TrajectoryBatch;
import io.marft.trainer.update.MarftUpdate;
import io.marft.trainer.update.StateBytes;
import io.marft.trainer.update.TrainingConfiguration;
import io.marft.trainer.update.TrainingState;
import io.marft.trainer.update.UpdateResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer of one team: committed trajectories in, updates out.
 *
 * <p>An update is one transaction: adapters, checkpoint, update record, dead letters and the offsets of everything that
 * was consumed commit together or not at all. So a trainer that dies anywhere resumes at its last committed update and
 * reads again exactly what that update had not accounted for.
 *
 * <p>The partitions are assigned, not subscribed to: there is one trainer, and it is the producer's transactional id that
 * keeps a second one out. The newcomer first fences the old one, and only then reads the last checkpoint, so nothing can
 * be committed between the two.
 */
public final class TrainerService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    private static final String NAME = "trainer";
    private static final Duration POLL = Duration.ofMillis(100);

    /** How an update is computed: {@link MarftUpdate#apply}. */
    @FunctionalInterface
    interface Learning {
        UpdateResult apply(TrainingState state, List<Episode> episodes, TrainingConfiguration configuration, long seed);
    }

    private final LanguageModel model;
    private final TrainerSettings settings;
    private final MarftUpdate update;
    private final Learning learning;
    private final EpisodeReader reader;
    private final Thread thread = new Thread(this::run, "marft-trainer");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final ArrayDeque<ConsumerRecord<String, byte[]>> received = new ArrayDeque<>();

    /**
     * A trainer.
     *
     * @param model the frozen base model; not closed by this service
     * @throws IllegalArgumentException if the team cannot be trained
     */
    public TrainerService(LanguageModel model, TrainerSettings settings) {
        this(model, settings, new MarftUpdate(model, settings.team(), settings.threads()));
    }

    private TrainerService(LanguageModel model, TrainerSettings settings, MarftUpdate update) {
        this(model, settings, update, update::apply);
    }

    /** For tests, which let {@code learning} come to grief. */
    TrainerService(LanguageModel model, TrainerSettings settings, MarftUpdate update, Learning learning) {
        this.model = model;
        this.settings = settings;
        this.update = update;
        this.learning = learning;
        this.reader = new EpisodeReader(settings.team(), model);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Commits the update in flight, if any, and stops; a batch that is not full is read again at the next start. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        update.close();
    }

    private boolean running() {
        return closing.getCount() > 0;
    }

    private void run() {
        String identity = settings.identity();
        try (KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(settings.client().transactionalProducer(identity));
                KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(settings.client().consumer(identity));
                RecordCodec codec = settings.client().codec()) {
            producer.initTransactions();
            TrainingState state = resume();
            UpdateTransaction transaction = new UpdateTransaction(producer, codec, consumer.groupMetadata(), closing);
            List<TopicPartition> partitions =
                    LogReader.partitions(consumer, settings.client().topics().of(Topic.TRAJECTORIES));
            consumer.assign(partitions);
            checkOffsets(consumer, partitions, state);
            while (running()) {
                TrajectoryBatch batch = collect(consumer, codec, state.update());
                if (running()) {
                    state = learn(state, batch, transaction);
                }
            }
        } catch (Throwable e) {
            failure.set(e);
            LOG.atError()
                    .addKeyValue("team", settings.team().getName())
                    .setCause(e)
                    .log("Trainer stopped");
        }
    }

    private TrainingState resume() {
        TrainingState state = Checkpoints.resume(settings, model.digest(), model.config());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", state.update())
                .log("Trainer begins");
        return state;
    }

    /** Offsets expire where a group is idle for long; from the beginning, trajectories would be trained on twice. */
    private void checkOffsets(
            KafkaConsumer<String, byte[]> consumer, List<TopicPartition> partitions, TrainingState state) {
        boolean none =
                consumer.committed(Set.copyOf(partitions)).values().stream().allMatch(Objects::isNull);
        if (none && state.update() > 0) {
            throw new IllegalStateException("team '" + state.team() + "' is at update " + state.update()
                    + ", but group " + settings.identity()
                    + " has no committed offsets: set them to where that update's"
                    + " inputs end");
        }
    }

    /** Polls until a batch is full or the service is closed; what was polled beyond it waits for the next one. */
    private TrajectoryBatch collect(KafkaConsumer<String, byte[]> consumer, RecordCodec codec, long version)
            throws InterruptedException {
        TrajectoryBatch batch = new TrajectoryBatch(
                NAME, reader, version, settings.configuration().maxStaleness());
        while (running() && batch.episodes().size() < settings.configuration().batchEpisodes()) {
            if (received.isEmpty()) {
                consumer.poll(POLL).forEach(received::add);
            } else {
                ConsumerRecord<String, byte[]> source = received.peek();
                try {
                    batch.add(source, codec.decode(source.topic(), source.value(), Trajectory.class));
                    received.remove();
                } catch (RegistryUnavailableException e) {
                    LOG.atWarn().setCause(e).log("Schema registry unavailable; trying again");
                    closing.await(1, TimeUnit.SECONDS);
                }
            }
        }
        return batch;
    }

    private TrainingState learn(TrainingState state, TrajectoryBatch batch, UpdateTransaction transaction)
            throws InterruptedException {
        Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String previousDigest = StateBytes.digest(StateBytes.write(state));
        UpdateResult result = learning.apply(state, batch.episodes(), settings.configuration(), settings.seed());
        transaction.commit(UpdateRecords.of(settings, batch, result, previousDigest, startedAt), batch.offsets());
        LOG.atInfo()
                .addKeyValue("team", state.team())
                .addKeyValue("update", result.state().update())
                .addKeyValue("return", result.metrics().get("charts/episodic_return"))
                .addKeyValue("dropped", batch.dropped().size())
                .addKeyValue("millis", ChronoUnit.MILLIS.between(startedAt, Instant.now()))
                .log("Update committed");
        return result.state();
    }
}
