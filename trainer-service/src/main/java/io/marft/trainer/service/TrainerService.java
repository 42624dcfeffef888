package io.marft.trainer.service;

import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Role;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.life.Trouble;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.MarftUpdate;
import io.marft.trainer.update.UpdateResult;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer of one team: committed trajectories in, updates out.
 *
 * <p>An update is one transaction: adapters, checkpoint, update record, dead letters and the positions behind everything that
 * was consumed commit together or not at all. So a trainer that dies anywhere resumes at its last committed update and
 * reads again exactly what that update had not accounted for.
 *
 * <p>Any number may run for a team. One trains ({@link TrainerTerm}); the others stand by, with the model loaded, until
 * they get the lease ({@link TrainerLease}). A trainer that was superseded while it learned cannot commit, because the
 * transactional id is its successor's. It says so, forgets its state, and asks for the lease again. It gets the lease at
 * once where nobody else trains, as after an imported adapter.
 *
 * <p>{@link #close} commits the update in flight, if any. A batch that is not full is read again at the next start; so is
 * that of an update that would take more than 30 s longer, which is given up.
 */
public final class TrainerService extends ThreadedService {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    static final String NAME = Role.TRAINER.label();

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
        super(NAME, instance);
        this.model = model;
        this.settings = settings;
        this.instance = instance;
        this.update = update;
        this.learning = learning;
        new EpisodeReader(settings.team(), model); // Refuses a team that cannot be trained, at once.
    }

    @Override
    protected void work() throws InterruptedException {
        try (TrainerLease lease = new TrainerLease(settings, instance)) {
            while (!stop().isMade()) {
                lease.await(stop());
                if (!stop().isMade()) {
                    train(lease);
                }
            }
        }
    }

    private void train(TrainerLease lease) throws InterruptedException {
        try (TrainerTerm term = new TrainerTerm(model, settings, learning, lease, patience())) {
            term.run();
        } catch (RuntimeException e) {
            Trouble trouble = Trouble.of(e);
            if (trouble instanceof Trouble.Fenced && !trouble.stops()) {
                LOG.atWarn()
                        .addKeyValue("team", settings.team().getName())
                        .addKeyValue("reason", e.getMessage())
                        .log("trainer was superseded: what it was learning is not published, and it goes on from the"
                                + " newest update when it has the lease");
            } else {
                patience().after(trouble);
            }
        }
    }

    /**
     * Gives up the update in hand, which takes longer than a supervisor, or the process itself, would wait for an orderly
     * end. It is done again at the next start.
     */
    @Override
    protected boolean cutShort() {
        update.close();
        return true;
    }

    @Override
    protected void release() {
        update.close();
    }
}
