package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.log.LogReader;
import io.marft.streaming.provision.CatalogueException;
import io.marft.streaming.provision.PromisedService;
import io.marft.streaming.provision.Provisioning;
import io.marft.streaming.provision.TopicProvisioner.Change;
import io.marft.testkit.EpisodeSource;
import io.marft.testkit.Log;
import io.marft.testkit.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are not as the catalogue promises: before, when services start, and while they run. */
@Timeout(180)
class TopicPromisesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;
    private static final Team TEAM = TeamFile.parse("{name: solo, agents: [{name: actor, answers: true}]}", "test");

    private static TestCluster cluster;

    @TempDir
    private Path directory;

    private final List<Service> services = new ArrayList<>();
    private ClientSettings client;
    private Admin admin;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(1, Map.of("log.retention.check.interval.ms", "500"));
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void connect(TestInfo test) {
        String prefix = test.getTestMethod().orElseThrow().getName();
        client = new ClientSettings(cluster.bootstrapServers(), "mock://" + prefix, prefix);
        admin = Admin.create(client.admin());
    }

    @AfterEach
    void stop() {
        stopServices();
        admin.close();
    }

    private void stopServices() {
        services.forEach(Service::close);
        services.clear();
    }

    @Test
    void shouldNameEachTopicThatWasMadeOtherwiseAndMendItWhenAsked() throws Exception {
        admin.createTopics(List.of(
                        new NewTopic(name(Topic.ADAPTERS), 1, (short) 1).configs(Map.of("retention.ms", "3600000")),
                        new NewTopic(name(Topic.CHECKPOINTS), 1, (short) 1),
                        new NewTopic(name(Topic.TRAJECTORIES), PARTITIONS, (short) 1)
                                .configs(Map.of("cleanup.policy", "compact", "max.message.bytes", "2000"))))
                .all()
                .get();

        List<String> lines = assertThrows(CatalogueException.class, this::provision)
                .getMessage()
                .lines()
                .toList();

        assertEquals(
                List.of(
                        line(Topic.ADAPTERS, "retention.ms=3600000", "retention.ms=-1", "retention.ms=-1"),
                        line(
                                Topic.CHECKPOINTS,
                                "cleanup.policy=delete",
                                "cleanup.policy=compact",
                                "cleanup.policy=compact"),
                        line(
                                Topic.TRAJECTORIES,
                                "cleanup.policy=compact, retention.ms=604800000, max.message.bytes=2000",
                                "cleanup.policy=delete, retention.ms=-1, max.message.bytes=1048588",
                                "cleanup.policy=delete,retention.ms=-1,max.message.bytes=1048588")),
                lines);

        List<String> mended = new ArrayList<>();
        Provisioning.provision(client, TEAM, PARTITIONS, (short) 1, Change.MEND, mended::add);
        assertEquals(3, mended.size(), mended::toString);
        until(() -> "1048588".equals(setting(Topic.TRAJECTORIES, "max.message.bytes")));
        provision();
    }

    private String line(Topic topic, String has, String promised, String config) {
        return "topic " + name(topic) + " has " + has + ", but the catalogue promises " + promised
                + ": mend it with `marft provision --mend`, or with kafka-configs.sh --bootstrap-server "
                + cluster.bootstrapServers() + " --alter --topic " + name(topic) + " --add-config " + config;
    }

    @Test
    void shouldMakeEveryTopicAsPromised() {
        provision();

        assertEquals("LogAppendTime", setting(Topic.REFERENCES, "message.timestamp.type"));
        assertEquals("CreateTime", setting(Topic.TRAJECTORIES, "message.timestamp.type"));
        assertEquals("604800000", setting(Topic.ACTIONS, "retention.ms"));
        assertEquals("1", setting(Topic.ACTIONS, "min.insync.replicas"));
    }

    @Test
    void shouldNotStartOnATopicThatTakesNoWholeTrajectoryAndSayWhatMendsIt() throws Exception {
        provision();
        set(Topic.TRAJECTORIES, "max.message.bytes", "600");

        for (int start = 0; start < 2; start++) {
            String line =
                    assertThrows(CatalogueException.class, this::assembler).getMessage();
            assertEquals(
                    line(
                            Topic.TRAJECTORIES,
                            "max.message.bytes=600",
                            "max.message.bytes=1048588",
                            "max.message.bytes=1048588"),
                    line);
        }
    }

    @Test
    void shouldSayWhatMendsATopicThatStopsTakingRecords() throws Exception {
        provision();
        Service assembler = start(assembler());
        startRest();
        set(Topic.TRAJECTORIES, "max.message.bytes", "100");
        EpisodeSource source = new EpisodeSource(client, TEAM, 1, 4, 4);
        services.add(0, source.started());

        until(() -> assembler.failure().isPresent());

        assertEquals(
                line(
                        Topic.TRAJECTORIES,
                        "max.message.bytes=100",
                        "max.message.bytes=1048588",
                        "max.message.bytes=1048588"),
                assembler.failure().orElseThrow().getMessage());
        set(Topic.TRAJECTORIES, "max.message.bytes", "1048588");
        assembler.close();
        services.remove(assembler);
        start(assembler());
        source.awaitClosed(4, PATIENCE);
    }

    @Test
    void shouldStopAsSoonAsWhatIsKeptForEverMayBeLost() throws Exception {
        provision();
        Service assembler = start(assembler());
        set(Topic.TRAJECTORIES, "retention.ms", "604800000");

        until(() -> assembler.failure().isPresent());

        assertEquals(
                line(Topic.TRAJECTORIES, "retention.ms=604800000", "retention.ms=-1", "retention.ms=-1"),
                assembler.failure().orElseThrow().getMessage());
    }

    @Test
    void shouldNameTheTopicWhosePartitionsGrewUnderAService() throws Exception {
        provision();
        Service reward = start(reward());
        admin.createPartitions(Map.of(name(Topic.OBSERVATIONS), NewPartitions.increaseTo(6)))
                .all()
                .get();

        until(() -> reward.failure().isPresent());

        String said = "topic " + name(Topic.OBSERVATIONS) + " has 6 partitions, but the catalogue wants 4: ";
        assertTrue(reward.failure().orElseThrow().getMessage().startsWith(said), reward.failure()::toString);
        String refused = assertThrows(CatalogueException.class, this::reward).getMessage();
        assertTrue(refused.startsWith(said), refused);
        assertEquals(1, refused.lines().count(), refused);
    }

    @Test
    void shouldNameTheTopicThatWasDeletedUnderAService() throws Exception {
        provision();
        Service reward = start(reward());
        admin.deleteTopics(List.of(name(Topic.REFERENCES))).all().get();

        until(() -> reward.failure().isPresent());

        assertEquals(
                "topic " + name(Topic.REFERENCES) + " does not exist on " + cluster.bootstrapServers()
                        + ": prepare the cluster with `marft provision`",
                reward.failure().orElseThrow().getMessage());
    }

    @Test
    void shouldWaitForBrokersAtAStart() throws Exception {
        provision();
        cluster.stopBroker(0);
        CompletableFuture<Service> waiting = CompletableFuture.supplyAsync(this::reward);
        assertThrows(TimeoutException.class, () -> waiting.get(3, TimeUnit.SECONDS));

        cluster.startBroker(0);

        Service reward = start(waiting.get(60, TimeUnit.SECONDS));
        assertTrue(reward.failure().isEmpty());
    }

    @Test
    void shouldNotLoseWhatWaitsToATimeThatAnEnvironmentWrote() {
        provision();
        start(router());
        Instant then = Instant.now().minus(Duration.ofDays(10));
        String name = name(Topic.OBSERVATIONS);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("old"));
                RecordCodec codec = client.codec()) {
            for (int i = 0; i < 8; i++) {
                String episode = "old-" + i;
                Observation observation = Observation.newBuilder()
                        .setEpisode(episode)
                        .setStep(0)
                        .setTeam(TEAM.getName())
                        .setTeamVersion(1)
                        .setPurpose(Purpose.TRAINING)
                        .setEnvironment("test")
                        .setMessages(List.of(new Message("user", "How many?")))
                        .setDone(false)
                        .setSeed(i)
                        .setCreatedAt(then)
                        .build();
                var unused = producer.send(new ProducerRecord<>(
                        name, null, then.toEpochMilli(), episode, codec.encode(name, observation)));
            }
        }
        Log log = new Log(client);
        String turns = client.topics().turns(TEAM.getName(), "actor");
        until(() -> log.placed(turns, Turn.class).size() == 8);

        LockSupport.parkNanos(Duration.ofSeconds(3).toNanos()); // Some looks of the broker at retention.

        assertEquals(8, log.placed(turns, Turn.class).size());
        assertEquals(8, log.placed(name, Observation.class).size());
        List<Instant> times = new ArrayList<>();
        try (LogReader reader = LogReader.atBeginning(client, List.of(turns))) {
            reader.readToEnd(record -> times.add(Instant.ofEpochMilli(record.timestamp())));
        }
        assertTrue(times.stream().allMatch(then.plus(Duration.ofDays(9))::isBefore), times::toString);
    }

    @Test
    void shouldGoOnWithMorePartitionsAndLoseNothing() throws Exception {
        provision();
        start(assembler());
        startRest();
        EpisodeSource before = new EpisodeSource(client, TEAM, 1, 40, 10);
        services.add(0, before.started());
        before.awaitClosed(40, PATIENCE);
        String refused = assertThrows(CatalogueException.class, () -> grow(6)).getMessage();
        assertTrue(refused.startsWith("topics cannot grow while services run: "), refused);
        assertTrue(refused.contains(client.prefix() + ".router"), refused);
        stopServices();

        List<String> lines = grow(6);

        assertTrue(
                lines.contains("topic " + name(Topic.ACTIONS) + " has grown from 4 to 6 partitions"), lines::toString);
        assertEquals(List.of(), grow(6));
        start(assembler());
        startRest();
        EpisodeSource after = new EpisodeSource(client, TEAM, 2, 60, 10);
        services.add(0, after.started());
        after.awaitClosed(60, PATIENCE);
        Log log = new Log(client);
        List<Log.Placed<Trajectory>> closed = log.placed(Topic.TRAJECTORIES, Trajectory.class);
        assertEquals(100, closed.size());
        assertEquals(
                100,
                closed.stream()
                        .map(placed -> placed.value().getEpisode())
                        .distinct()
                        .count());
        assertEquals(
                Set.of(0, 1, 2, 3, 4, 5),
                closed.stream().map(Log.Placed::partition).collect(Collectors.toSet()));
        assertEquals(List.of(), log.values(Topic.DEAD_LETTERS, DeadLetter.class));
        assertEquals(
                Set.of(6),
                admin
                        .describeTopics(admin.listTopics().names().get().stream()
                                .filter(topic -> client.names().isState(topic))
                                .toList())
                        .allTopicNames()
                        .get()
                        .values()
                        .stream()
                        .map(topic -> topic.partitions().size())
                        .collect(Collectors.toSet()));
    }

    private List<String> grow(int partitions) {
        List<String> lines = new ArrayList<>();
        Provisioning.provision(client, TEAM, partitions, (short) 1, Change.GROW, lines::add);
        return lines;
    }

    private void provision() {
        Provisioning.provision(client, TEAM, PARTITIONS, (short) 1);
    }

    private <T extends Service> T start(T service) {
        services.add(0, service);
        service.start();
        return service;
    }

    private void startRest() {
        start(reward());
        start(router());
        start(promised(
                Role.AGENT,
                () -> new AgentService(
                        new AgentSettings(client, TEAM.getName(), List.of("actor")), new GatedPolicy("nobody"))));
    }

    private Service assembler() {
        return promised(Role.ASSEMBLER, () -> new AssembleService(client, "0", directory.resolve("assembler")));
    }

    private Service reward() {
        return promised(Role.REWARD, () -> new ScoreService(client, "0", directory.resolve("reward")));
    }

    private Service router() {
        return promised(Role.ROUTER, () -> new RouterService(new RouterSettings(client, directory.resolve("router"))));
    }

    private Service promised(Role role, Supplier<Service> maker) {
        return PromisedService.of(client, role, TEAM.getName(), maker);
    }

    private String name(Topic topic) {
        return client.topics().of(topic);
    }

    private void set(Topic topic, String key, String value) throws Exception {
        admin.incrementalAlterConfigs(
                        Map.of(resource(topic), List.of(new AlterConfigOp(new ConfigEntry(key, value), OpType.SET))))
                .all()
                .get();
        until(() -> value.equals(setting(topic, key)));
    }

    private String setting(Topic topic, String key) {
        try {
            Config config =
                    admin.describeConfigs(List.of(resource(topic))).all().get().get(resource(topic));
            return config.get(key).value();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private ConfigResource resource(Topic topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name(topic));
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the condition did not come to hold in " + PATIENCE);
            LockSupport.parkNanos(100_000_000);
        }
    }
}
