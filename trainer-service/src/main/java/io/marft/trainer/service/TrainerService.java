package io.marft.trainer.service;

import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Role;
import io.marft.streaming.life.InstanceName;
import io.marft.streaming.life.Service;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.publish.UpdateTransaction;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.MarftUpdate;
import io.marft.trainer.update.UpdateResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer of one team: committed trajectories in, updates out.
 *
 * <p>An update is one transaction: adapters, checkpoint, update record, dead letters and the offsets of everything that
 * was consumed commit together or not at all. So a trainer that dies anywhere resumes at its last committed update and
 * reads again exactly what that update had not accounted for.
 *
 * <p>Any number may run for a team. One trains ({@link TrainerTerm}); the others stand by, with the model loaded, until
 * they get the lease ({@link TrainerLease}). One that was superseded while it learned cannot commit: the transactional id
 * is its successor's. It says so, forgets its state, and stands by; or begins again from the newest state where nobody
 * else is to train, as after an imported adapter.
 */
public final class TrainerService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    static final String NAME = Role.TRAINER.label();
    /** An orderly end must come before a supervisor's patience is over, and that of the process. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How an update is computed: {@link MarftUpdate#apply}. */
    @FunctionalInterface
    public interface Learning {
        UpdateResult apply(TrainingState state, List<Episode> episodes, TrainingConfiguration configuration, long seed)
                throws InterruptedException;
    }

    private final LanguageModel model;
    private final TrainerSettings settings;
    private final MarftUpdate update;
    private final Learning learning;
    private final String instance;
    private final Thread thread = new Thread(this::run, "marft-trainer");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * A trainer.
     *
     * @param model the frozen base model; not closed by this service
     * @param instance this process's name among the team's trainers
     * @throws IllegalArgumentException if the team cannot be trained
     */
    public TrainerService(LanguageModel model, TrainerSettings settings, String instance) {
        this(model, settings, instance, new MarftUpdate(model, settings.threads()));
    }

    private TrainerService(LanguageModel model, TrainerSettings settings, String instance, MarftUpdate update) {
        this(model, settings, instance, update, update::apply);
    }

    /** For tests, which let {@code learning} come to grief. */
    public TrainerService(
            LanguageModel model, TrainerSettings settings, String instance, MarftUpdate update, Learning learning) {
        this.model = model;
        this.settings = settings;
        this.instance = instance;
        this.update = update;
        this.learning = learning;
        new EpisodeReader(settings.team(), model); // Refuses a team that cannot be trained, at once.
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

    /**
     * Commits the update in flight, if any, and stops; a batch that is not full is read again at the next start. So is that
     * of an update that would take more than 30 s longer: it is given up.
     */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                LOG.atWarn()
                        .addKeyValue("team", settings.team().getName())
                        .addKeyValue("seconds", PATIENCE.toSeconds())
                        .log(
                                "What the trainer has in hand is given up, for it takes too long; it is done again at the next start");
            }
            update.close();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        update.close();
    }

    private void run() {
        try (TrainerLease lease = new TrainerLease(settings, instance)) {
            while (closing.getCount() > 0) {
                lease.await(closing);
                if (closing.getCount() > 0) {
                    train(lease);
                }
            }
        } catch (CancellationException e) {
            LOG.atDebug().addKeyValue("team", settings.team().getName()).log("Trainer was closed in mid-update");
        } catch (FencedInstanceIdException e) {
            stopped(new IllegalStateException(InstanceName.taken(NAME, instance), e));
        } catch (Throwable e) {
            stopped(e);
        }
    }

    private void stopped(Throwable e) {
        failure.set(e);
        LOG.atError().addKeyValue("team", settings.team().getName()).setCause(e).log("Trainer stopped");
    }

    private void train(TrainerLease lease) throws InterruptedException {
        try (TrainerTerm term = new TrainerTerm(model, settings, learning, lease, closing)) {
            term.run();
        } catch (ProducerFencedException | InvalidProducerEpochException | InvalidPidMappingException e) {
            LOG.atWarn()
                    .addKeyValue("team", settings.team().getName())
                    .addKeyValue("reason", e.getMessage())
                    .log("Trainer was superseded: what it was learning is not published, and it goes on from the newest"
                            + " update when it has the lease");
        } catch (RetriableException | UpdateTransaction.ProducerLostException e) {
            LOG.atWarn()
                    .addKeyValue("team", settings.team().getName())
                    .setCause(e)
                    .log("Trainer could not commit; it begins again from the newest update");
        }
    }
}
