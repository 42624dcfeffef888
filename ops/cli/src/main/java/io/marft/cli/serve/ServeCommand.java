package io.marft.cli.serve;

import io.marft.actor.acting.AgentSettings;
import io.marft.actor.acting.Policy;
import io.marft.actor.acting.TurnGenerator;
import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.DeviceOptions;
import io.marft.cli.options.TeamOptions;
import io.marft.cli.options.TrainingOptions;
import io.marft.cli.process.Failures;
import io.marft.cli.process.Logs;
import io.marft.cli.process.StopSignal;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.task.Task;
import io.marft.environments.task.Tasks;
import io.marft.local.ServiceKind;
import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.InstanceName;
import io.marft.streaming.life.Service;
import io.marft.trainer.configure.TrainerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs one service on its own. */
@Command(
        name = "serve",
        description = "Runs one service of a deployment until it is asked to stop; logs go to standard output.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {

    private static final Duration GLANCE = Duration.ofMillis(500);

    private static final class ByName implements ITypeConverter<Task> {

        @Override
        public Task convert(String name) {
            try {
                return Tasks.named(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Parameters(index = "0", paramLabel = "SERVICE", description = "One of ${COMPLETION-CANDIDATES}, in any case.")
    private ServiceKind kind;

    @Option(names = "--instance", paramLabel = "NAME", descriptionKey = "service.instance")
    private String instance;

    @Option(names = "--agents", paramLabel = "NAMES", split = ",", descriptionKey = "agents.names")
    private List<String> agents = List.of();

    @Option(names = "--state-dir", paramLabel = "DIRECTORY", descriptionKey = "service.state-dir")
    private Path stateDirectory;

    @Option(names = "--seed", paramLabel = "SEED", descriptionKey = "training.seed")
    private long seed;

    @Option(names = "--task", paramLabel = "NAME", converter = ByName.class, descriptionKey = "environment.task")
    private Task task;

    @Option(names = "--agent-batch", paramLabel = "COUNT", descriptionKey = "agents.batch")
    private int agentBatch;

    @Option(names = "--agent-linger", paramLabel = "TIME", descriptionKey = "agents.linger")
    private Duration agentLinger;

    @Option(names = "--in-flight", paramLabel = "COUNT", descriptionKey = "environment.in-flight")
    private int inFlight;

    @Option(names = "--patience", paramLabel = "TIME", descriptionKey = "environment.patience")
    private Optional<Duration> patience = Optional.empty();

    @Option(names = "--max-untrained", paramLabel = "EPISODES", descriptionKey = "environment.max-untrained")
    private int maxUntrained;

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions teamOptions;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private TrainingOptions training;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!instance.isBlank() || kind == ServiceKind.ENVIRONMENT) {
            return serve();
        }
        try (InstanceName claimed = InstanceName.claim(stateDirectory, kind.label())) {
            instance = claimed.name();
            return serve();
        }
    }

    private int serve() {
        Team team = teamOptions.team(); // Whatever the service: a file that cannot be used is refused.
        try (Parts parts = new Parts(cluster.client(), team)) {
            Logs.toConsole();
            return run(kind.make(parts));
        }
    }

    /** What the service is made of, by this command's options. */
    private final class Parts implements ServiceKind.Parts, AutoCloseable {

        private final ClientSettings client;
        private final Team team;
        private LanguageModel model;

        Parts(ClientSettings client, Team team) {
            this.client = client;
            this.team = team;
        }

        @Override
        public ClientSettings client() {
            return client;
        }

        @Override
        public String teamName() {
            return team.getName();
        }

        @Override
        public String instance() {
            return instance;
        }

        @Override
        public Path stateDirectory() {
            return stateDirectory;
        }

        @Override
        public AgentSettings agents() {
            return agentSettings(client, team);
        }

        @Override
        public Policy policy() {
            return new TurnGenerator(load(ModelOptions.Use.SERVING));
        }

        @Override
        public TrainerSettings trainer() {
            return new TrainerSettings(
                    client, teamOptions.inForce(client), training.configuration(), seed, training.threads());
        }

        @Override
        public LanguageModel model() {
            return load(ModelOptions.Use.TRAINING);
        }

        private LanguageModel load(ModelOptions.Use use) {
            model = LanguageModel.load(teamOptions.model(), device.options(use));
            return model;
        }

        @Override
        public EnvironmentSettings environment() {
            return new EnvironmentSettings(
                    team, seed, inFlight, EnvironmentSettings.run(team, seed), patience, maxUntrained);
        }

        @Override
        public Task task() {
            return task;
        }

        @Override
        public void close() {
            if (model != null) {
                model.close();
            }
        }
    }

    private AgentSettings agentSettings(ClientSettings client, Team team) {
        List<String> named = agents.stream().filter(name -> !name.isBlank()).toList();
        if (named.isEmpty()) {
            return new AgentSettings(client, team.getName(), named, instance, agentBatch, agentLinger);
        }
        List<String> all = teamOptions.inForce(client).getAgents().stream()
                .map(TeamAgent::getName)
                .toList();
        for (String name : named) {
            if (!all.contains(name)) {
                throw new IllegalArgumentException(
                        "agent '" + name + "' is none of team '" + team.getName() + "': " + all);
            }
        }
        return new AgentSettings(client, team.getName(), named, instance, agentBatch, agentLinger);
    }

    /** Runs the service until the process is asked to stop or the service stops by itself. */
    private int run(Service service) {
        try (StopSignal signal = new StopSignal();
                service) {
            service.start();
            spec.commandLine().getOut().println("service " + service.name() + " runs");
            spec.commandLine().getOut().flush();
            while (true) {
                signal.await(GLANCE);
                if (service.failure().isPresent()) {
                    Throwable failure = service.failure().get();
                    throw new IllegalStateException(
                            "service " + service.name() + " stopped: " + Failures.line(failure), failure);
                }
            }
        } catch (StopSignal.Stopped e) {
            return 0;
        }
    }
}
