package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.feed.EnvironmentService;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.log.LogRecords;
import io.marft.streaming.provision.CatalogueException;
import io.marft.streaming.provision.Provisioning;
import io.marft.streaming.provision.TeamConflictException;
import io.marft.testkit.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A team that changes while episodes are open, on a real broker and with all services; only the policy is a stub. */
@Timeout(180)
class ChangedTeamIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String CHAIN =
            """
            name: changing
            agents:
              - {name: reasoner}
              - {name: actor, after: [reasoner], answers: true}
            """;
    /** The actor leaves; a critic works beside the reasoner, and a judge reads both. */
    private static final String BRANCHES =
            """
            name: changing
            agents:
              - {name: reasoner}
              - {name: critic}
              - {name: judge, after: [reasoner, critic], answers: true}
            """;

    private static TestCluster cluster;

    private final List<Service> services = new ArrayList<>();

    @TempDir
    private Path directory;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(1);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @AfterEach
    void stop() {
        services.forEach(Service::close);
    }

    @Test
    void shouldFinishOpenEpisodesOnTheirVersionAndBeginNewOnesOnTheNext() throws Exception {
        ClientSettings client = new ClientSettings(cluster.bootstrapServers(), "mock://changing", "changing");
        Team chain = TeamFile.parse(CHAIN, "test");
        Provisioning.provision(client, chain, 3, (short) 1);
        GatedPolicy policy = new GatedPolicy("actor");
        start(new RouterService(new RouterSettings(client, directory.resolve("router"))));
        start(new ScoreService(client, "0", directory.resolve("reward")));
        start(new AssembleService(client, "0", directory.resolve("assembler")));
        start(new AgentService(new AgentSettings(client, "changing", List.of()), policy));
        Service environment = start(new EnvironmentService(
                client, new EnvironmentSettings(chain, 1, 4, "changing", Duration.ofSeconds(1)), new ArithmeticTask()));
        until(policy::holds);

        Provisioning.Standing standing = Provisioning.apply(client, draft(BRANCHES));
        assertEquals(2, standing.team().getVersion());
        until(() -> closed(client).stream().filter(t -> t.getTeamVersion() == 2).count() >= 4);
        assertTrue(
                closed(client).stream().allMatch(trajectory -> trajectory.getTeamVersion() == 2),
                "episodes of the first version are still open");

        policy.open();
        environment.close();
        Map<String, Integer> versions = new HashMap<>();
        read(client, Topic.OBSERVATIONS, Observation.class)
                .forEach(observation -> versions.put(observation.getEpisode(), observation.getTeamVersion()));
        until(() -> closed(client).size() >= versions.size());

        List<Trajectory> trajectories = closed(client);
        assertEquals(
                versions,
                trajectories.stream().collect(Collectors.toMap(Trajectory::getEpisode, Trajectory::getTeamVersion)));
        assertTrue(Set.copyOf(versions.values()).containsAll(Set.of(1, 2)));
        for (Trajectory trajectory : trajectories) {
            assertEquals(Closure.HORIZON, trajectory.getClosure());
            assertEquals(
                    trajectory.getTeamVersion() == 1
                            ? List.of("reasoner", "actor")
                            : List.of("reasoner", "critic", "judge"),
                    trajectory.getSteps().get(0).getActions().stream()
                            .map(Action::getAgent)
                            .toList());
        }
        assertEquals(List.of(), read(client, Topic.DEAD_LETTERS, DeadLetter.class));
    }

    @Test
    void shouldApplyWhatDiffersOnceAndSayWhatCannotBe() throws Exception {
        ClientSettings client = new ClientSettings(cluster.bootstrapServers(), "mock://applied", "applied");
        assertEquals(
                "topic applied.observations does not exist on " + cluster.bootstrapServers()
                        + ": prepare the cluster with `marft provision`",
                assertThrows(CatalogueException.class, () -> Provisioning.apply(client, draft(CHAIN)))
                        .getMessage());
        assertTrue(Provisioning.provision(client, draft(CHAIN), 3, (short) 1).written());
        assertFalse(Provisioning.provision(client, draft(CHAIN), 3, (short) 1).written());

        assertFalse(Provisioning.apply(client, draft(CHAIN)).written());
        assertTrue(Provisioning.apply(client, draft(BRANCHES)).written());
        assertFalse(Provisioning.apply(client, draft(BRANCHES)).written());
        Provisioning.Standing kept = Provisioning.provision(client, draft(CHAIN), 3, (short) 1);
        assertEquals(2, kept.team().getVersion());
        assertTrue(kept.differs(draft(CHAIN)), "only what is applied changes a team that there is");
        assertEquals(3, Provisioning.apply(client, draft(CHAIN)).team().getVersion());
        assertEquals(
                9,
                Provisioning.apply(client, draft("version: 9\n" + BRANCHES))
                        .team()
                        .getVersion());

        assertEquals(
                "team 'changing' version 9 is on the log with another content: a changed team needs a new version; leave"
                        + " 'version' out of the file, and `marft team apply` takes the next",
                refused(client, "version: 9\n" + CHAIN));
        assertEquals(
                "team 'changing' version 4 is on the log already, and version 9 is the newest: leave 'version' out of the"
                        + " file to apply it anew",
                refused(client, "version: 4\n" + CHAIN));
        assertTrue(refused(client, CHAIN.replace("{name: reasoner}", "{name: reasoner, sampling: {temperature: 2}}"))
                .startsWith("team 'changing' cannot be changed so: agent 'reasoner' samples at temperature 2.0"));
        assertTrue(refused(client, CHAIN.replace("agents:", "horizon: 2\nagents:"))
                .startsWith("team 'changing' cannot be changed so: its environment would have to open"));
        assertEquals(9, Provisioning.inForce(client, draft(CHAIN)).getVersion());
    }

    private String refused(ClientSettings client, String yaml) {
        return assertThrows(TeamConflictException.class, () -> Provisioning.apply(client, draft(yaml)))
                .getMessage();
    }

    private Team draft(String yaml) throws Exception {
        return TeamFile.loadDraft(Files.writeString(directory.resolve("team.yaml"), yaml));
    }

    private <T extends Service> T start(T service) {
        services.add(0, service);
        service.start();
        return service;
    }

    private static List<Trajectory> closed(ClientSettings client) {
        return read(client, Topic.TRAJECTORIES, Trajectory.class);
    }

    private static <T extends SpecificRecord> List<T> read(ClientSettings client, Topic topic, Class<T> type) {
        List<T> records = new ArrayList<>();
        try (LogRecords log = new LogRecords(client)) {
            log.forEach(client.topics().of(topic), type, records::add);
        }
        return records;
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the condition did not come to hold in " + PATIENCE);
            LockSupport.parkNanos(100_000_000);
        }
    }
}
