package io.marft.local;

import io.marft.actor.acting.AgentSettings;
import io.marft.actor.acting.Policy;
import io.marft.actor.acting.TurnGenerator;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.task.Task;
import io.marft.environments.task.Tasks;
import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Team;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.Provisioning;
import io.marft.streaming.provision.TopicProvisioner.Change;
import io.marft.trainer.configure.TrainerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The whole system on this machine: broker, registry and every service, as one object. The services meet on topics only,
 * as they do when each has a process of its own; they share the language model's weights in memory.
 *
 * <p>A stack serves from its start. It learns between {@link #startTraining} and {@link #stopTraining}. Thread-safe.
 */
public final class LocalStack implements AutoCloseable {

    private static final int PARTITIONS = 4;
    /** The data directory's lock keeps a second stack out, so its services need no other name. */
    private static final String INSTANCE = "0";

    private final StackSettings settings;
    private final LocalCluster cluster;
    private final LanguageModel model;
    private final Closing closing;
    private final ServiceKind.Parts parts = new Parts();
    private final List<Service> running = new CopyOnWriteArrayList<>();
    private List<Service> training = List.of();

    private LocalStack(StackSettings settings, LocalCluster cluster, LanguageModel model, Closing closing) {
        this.settings = settings;
        this.cluster = cluster;
        this.model = model;
        this.closing = closing;
    }

    /**
     * Starts cluster and serving services, and returns when they are started.
     *
     * @param progress told in a few words what is being started
     * @throws StackException if a part cannot start
     */
    public static LocalStack start(StackSettings settings, Consumer<String> progress) {
        Closing closing = new Closing();
        try {
            progress.accept("starting the broker");
            LocalCluster cluster = closing.later(
                    LocalCluster.start(settings.installation().registry(), settings.dataDirectory(), settings.ports()));
            progress.accept("starting the schema registry, loading the model");
            LanguageModel model = closing.later(LanguageModel.load(settings.model(), settings.modelOptions()));
            cluster.awaitReady();
            progress.accept("creating topics, registering schemas");
            // The cluster is this stack's own, so nobody else has a reason for settings that break a promise.
            Provisioning.Standing standing = Provisioning.provision(
                    cluster.client(), settings.team(), PARTITIONS, (short) 1, Change.MEND, progress);
            if (standing.differs(settings.team())) {
                progress.accept("team '" + standing.team().getName() + "' goes on with version "
                        + standing.team().getVersion()
                        + " of the log, which is not what its file says; `marft team apply` changes it");
            }
            LocalStack stack = new LocalStack(settings, cluster, model, closing);
            progress.accept("starting the services");
            stack.start(ServiceKind.Part.SERVING);
            return stack;
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private List<Service> start(ServiceKind.Part part) {
        List<Service> started = new ArrayList<>();
        for (ServiceKind kind : ServiceKind.of(part)) {
            Service service = closing.later(kind.make(parts));
            service.start();
            running.add(service);
            started.add(service);
        }
        return started;
    }

    /** Opens the stream of exercises and starts the trainer. */
    public synchronized void startTraining() {
        if (!training.isEmpty()) {
            throw new IllegalStateException("training has been started already");
        }
        training = start(ServiceKind.Part.TRAINING);
    }

    /** What the stack's services are made of. */
    private final class Parts implements ServiceKind.Parts {

        @Override
        public ClientSettings client() {
            return cluster.client();
        }

        @Override
        public String teamName() {
            return settings.team().getName();
        }

        @Override
        public String instance() {
            return INSTANCE;
        }

        @Override
        public Path stateDirectory() {
            return settings.dataDirectory().resolve("streams");
        }

        @Override
        public AgentSettings agents() {
            return new AgentSettings(cluster.client(), settings.team().getName(), List.of());
        }

        @Override
        public Policy policy() {
            return new TurnGenerator(model);
        }

        @Override
        public LanguageModel model() {
            return model;
        }

        @Override
        public TrainerSettings trainer() {
            return new TrainerSettings(
                    cluster.client(), team(), settings.training(), settings.seed(), settings.trainerThreads());
        }

        @Override
        public EnvironmentSettings environment() {
            return new EnvironmentSettings(team(), settings.seed(), settings.inFlight())
                    .withMaxUntrained(settings.training().batchEpisodes());
        }

        @Override
        public Task task() {
            return Tasks.named(Tasks.BUNDLED);
        }
    }

    /** Ends the stream of exercises and the trainer; when it returns, adapter versions stand still. */
    public synchronized void stopTraining() {
        for (int i = training.size() - 1; i >= 0; i--) {
            running.remove(training.get(i));
            training.get(i).close();
        }
        training = List.of();
    }

    /** How clients reach the cluster. */
    public ClientSettings client() {
        return cluster.client();
    }

    /** The team that serves, in the version that new episodes take now. */
    public Team team() {
        return Provisioning.inForce(cluster.client(), settings.team());
    }

    /** What stopped a part by itself, in one line; empty while all is well. */
    public Optional<String> failure() {
        for (Service service : running) {
            Optional<Throwable> failure = service.failure();
            if (failure.isPresent()) {
                return Optional.of("service " + service.name() + " stopped: "
                        + String.valueOf(failure.get().getMessage()).replace("\n", "; "));
            }
        }
        return cluster.alive()
                ? Optional.empty()
                : Optional.of("schema registry's process ended: see registry/registry.log in the data directory "
                        + settings.dataDirectory());
    }

    @Override
    public void close() {
        stopTraining();
        closing.close();
    }
}
