package io.marft.system;

import io.marft.cli.Main;
import io.marft.local.Closing;
import io.marft.local.Installation;
import io.marft.local.LocalRegistry;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.Provisioning;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import io.marft.testkit.TestCluster;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A whole deployment for a test: brokers inside the test's process, the registry as a child, and each service in a
 * process of its own, by {@code marft serve} as in production. Everything lies under one directory, where
 * {@code SERVICE-INSTANCE.log} has each service's output. Not thread-safe.
 */
final class Deployment implements AutoCloseable {

    /** A training that costs next to nothing, and is real. */
    static final String CHEAP_TRAINING =
            """
            {batchEpisodes: 32, epochs: 1, minibatches: 1, maxStaleness: 1000,
             critic: {hidden: [8]}, lora: {rank: 1, alpha: 1, targets: [v_proj]}}
            """;

    /** The bundled team, saying next to nothing. */
    static final String TERSE_TEAM =
            """
            name: terse
            agents:
              - {name: reasoner, profile: Plan., sampling: {maxNewTokens: 2}}
              - {name: actor, profile: Solve., after: [reasoner], answers: true, sampling: {maxNewTokens: 2}}
            """;

    private final Path directory;
    private final TestCluster cluster;
    private final LocalRegistry registry;
    private final Team team;
    private final ClientSettings client;
    private final Closing closing;

    private Deployment(
            Path directory,
            TestCluster cluster,
            LocalRegistry registry,
            Team team,
            ClientSettings client,
            Closing closing) {
        this.directory = directory;
        this.cluster = cluster;
        this.registry = registry;
        this.team = team;
        this.client = client;
        this.closing = closing;
    }

    /**
     * Starts brokers and registry and provisions the team; no service runs yet.
     *
     * @param team the team's file, as YAML
     * @param training the training's file, as YAML
     * @param partitions of topics keyed by episode
     */
    static Deployment start(Path directory, int brokers, String team, String training, int partitions) {
        Closing closing = new Closing();
        try {
            TestCluster cluster = closing.later(TestCluster.start(brokers));
            LocalRegistry registry = closing.later(LocalRegistry.start(
                    Installation.find().registry(), directory.resolve("registry"), cluster.bootstrapServers(), 0));
            registry.awaitReady();
            ClientSettings client = new ClientSettings(cluster.bootstrapServers(), registry.url(), "marft");
            Team parsed = write(directory, team, training);
            Provisioning.provision(client, parsed, partitions, replication(cluster));
            return new Deployment(directory, cluster, registry, parsed, client, closing);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    /** Another team on the same topics, with files of its own; its services end with this deployment. */
    Deployment beside(String otherTeam, String training, int partitions) {
        Path own = directory.resolve("beside");
        Team parsed = write(own, otherTeam, training);
        Provisioning.provision(client, parsed, partitions, replication(cluster));
        return new Deployment(own, cluster, registry, parsed, client, closing);
    }

    private static Team write(Path directory, String team, String training) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("training.yaml"), training);
            return TeamFile.load(Files.writeString(directory.resolve("team.yaml"), team));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static short replication(TestCluster cluster) {
        return (short) Math.min(3, cluster.brokers());
    }

    TestCluster cluster() {
        return cluster;
    }

    ClientSettings client() {
        return client;
    }

    Team team() {
        return team;
    }

    /**
     * A service's process, which is not started yet; it ends with the deployment.
     *
     * @param kind as {@code marft serve} takes it, for instance {@code router}
     * @param instance its name among those of its kind
     * @param more further arguments
     */
    ServiceProcess service(String kind, String instance, String... more) {
        String name = kind + "-" + instance;
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                kind,
                "--instance=" + instance,
                "--bootstrap-servers=" + client.bootstrapServers(),
                "--registry-url=" + client.registryUrl(),
                "--prefix=" + client.prefix(),
                "--team=" + directory.resolve("team.yaml"),
                "--training=" + directory.resolve("training.yaml"),
                "--state-dir=" + directory.resolve("state-" + name),
                "--model-threads=1",
                "--trainer-threads=1"));
        arguments.addAll(List.of(more));
        // As in the image: what a service needs is in the services' distribution.
        return process(name, Main.class, arguments)
                .environment(
                        "CLASSPATH",
                        Installation.find().home().resolve("ops/cli/target/services") + File.separator + "*");
    }

    /** Starts one process of each service, real agents included, but no environment. */
    List<ServiceProcess> startServices() {
        return List.of("router", "agents", "reward", "assembler", "trainer").stream()
                .map(kind -> service(kind, "0").start())
                .toList();
    }

    /** Waits until every episode that was opened has its trajectory, or the time is up. */
    void awaitAllClosed(Duration patience) {
        Log log = new Log(client);
        long opened = log.values(Topic.OBSERVATIONS, Observation.class).stream()
                .map(Observation::getEpisode)
                .distinct()
                .count();
        for (int i = 0; i < patience.toSeconds(); i++) {
            if (log.placed(Topic.TRAJECTORIES, Trajectory.class).size() >= opened) {
                return;
            }
            LockSupport.parkNanos(1_000_000_000);
        }
    }

    /**
     * The process of all the team's agents with a policy that computes nothing.
     *
     * @param instance its name among those of its kind
     */
    ServiceProcess stubAgents(String instance) {
        return process(
                "agents-" + instance,
                StubAgents.class,
                List.of(
                        client.bootstrapServers(),
                        client.registryUrl(),
                        client.prefix(),
                        directory.resolve("team.yaml").toString(),
                        Installation.find().model().toString(),
                        instance));
    }

    private ServiceProcess process(String name, Class<?> main, List<String> arguments) {
        ServiceProcess service = new ServiceProcess(
                name,
                directory.resolve(name + ".log"),
                List.of(
                        "-Xmx256m",
                        "-Dai.djl.offline=true",
                        "-Dmarft.home=" + Installation.find().home()),
                main,
                arguments);
        service.environment("OMP_WAIT_POLICY", "PASSIVE").environment("OPT_OUT_TRACKING", "true");
        return closing.later(service);
    }

    @Override
    public void close() {
        closing.close();
    }
}
