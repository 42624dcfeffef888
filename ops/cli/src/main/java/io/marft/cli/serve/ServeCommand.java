package io.marft.cli.serve;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.DeviceOptions;
import io.marft.cli.options.TeamOptions;
import io.marft.cli.options.TrainingOptions;
import io.marft.cli.process.Failures;
import io.marft.cli.process.Logs;
import io.marft.cli.process.StopSignal;
import io.marft.environments.feed.EnvironmentService;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.task.Task;
import io.marft.environments.task.Tasks;
import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.ModelOptions;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.InstanceName;
import io.marft.streaming.life.Service;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.service.TrainerService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
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

    /** The services that a deployment consists of, and how each is run. A new one is a line here. */
    @SuppressWarnings("ImmutableEnumChecker") // Runners are functions without state.
    public enum Kind {
        ENVIRONMENT(ServeCommand::environment),
        ROUTER((serve, client, team) ->
                serve.run(new RouterService(new RouterSettings(client, serve.instance, serve.stateDirectory)))),
        AGENTS(ServeCommand::agents),
        REWARD((serve, client, team) -> serve.run(new ScoreService(client, serve.instance, serve.stateDirectory))),
        ASSEMBLER(
                (serve, client, team) -> serve.run(new AssembleService(client, serve.instance, serve.stateDirectory))),
        TRAINER(ServeCommand::trainer);

        private interface Runner {
            int run(ServeCommand serve, ClientSettings client, Team team);
        }

        private final Runner runner;

        Kind(Runner runner) {
            this.runner = runner;
        }
    }

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
    private Kind kind;

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
    private Duration patience;

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
        if (!instance.isBlank() || kind == Kind.ENVIRONMENT) {
            return serve();
        }
        try (InstanceName claimed =
                InstanceName.claim(stateDirectory, kind.name().toLowerCase(Locale.ROOT))) {
            instance = claimed.name();
            return serve();
        }
    }

    private int serve() {
        ClientSettings client = cluster.client();
        Team team = teamOptions.team(); // Whatever the service: a file that cannot be used is refused.
        Logs.toConsole();
        return kind.runner.run(this, client, team);
    }

    private int environment(ClientSettings client, Team team) {
        EnvironmentSettings settings = new EnvironmentSettings(
                team, seed, inFlight, EnvironmentSettings.run(team, seed), patience, maxUntrained);
        return run(new EnvironmentService(client, settings, task));
    }

    private int agents(ClientSettings client, Team team) {
        AgentSettings settings = agentSettings(client, team);
        return onModel(ModelOptions.Use.SERVING, model -> new AgentService(settings, model));
    }

    private int trainer(ClientSettings client, Team file) {
        TrainerSettings settings = new TrainerSettings(
                client, teamOptions.inForce(client), training.configuration(), seed, training.threads());
        return onModel(ModelOptions.Use.TRAINING, model -> new TrainerService(model, settings, instance));
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

    private int onModel(ModelOptions.Use use, Function<LanguageModel, Service> service) {
        try (LanguageModel model = LanguageModel.load(teamOptions.model(), device.options(use))) {
            return run(service.apply(model));
        }
    }

    /** Runs services until the process is asked to stop or one of them stops by itself; closes the last first. */
    private int run(Service... services) {
        try (StopSignal signal = new StopSignal();
                Services running = new Services(services)) {
            running.start();
            spec.commandLine().getOut().println("service " + services[0].name() + " runs");
            spec.commandLine().getOut().flush();
            while (true) {
                signal.await(GLANCE);
                running.check();
            }
        } catch (StopSignal.Stopped e) {
            return 0;
        }
    }

    private record Services(Service... services) implements AutoCloseable {

        void start() {
            for (Service service : services) {
                service.start();
            }
        }

        void check() {
            for (Service service : services) {
                if (service.failure().isPresent()) {
                    Throwable failure = service.failure().get();
                    throw new IllegalStateException(
                            "service " + service.name() + " stopped: " + Failures.line(failure), failure);
                }
            }
        }

        @Override
        public void close() {
            for (int i = services.length - 1; i >= 0; i--) {
                services[i].close();
            }
        }
    }
}
