package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.Peers;
import io.marft.environments.TestTeam;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.testkit.Log;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the valve does to an environment. The test is the trainer: it writes update records. */
@Timeout(180)
@SuppressWarnings("try") // Peers run beside what is tested.
class ValveIT {

    private static final int LIMIT = 10;
    private static final int IN_FLIGHT = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Clients that soon notice that the broker is away. */
    private static ClientSettings client(String prefix) {
        ClientSettings client = new ClientSettings(
                cluster.bootstrapServers(),
                "mock://" + prefix,
                prefix,
                Map.of("max.block.ms", "2000", "request.timeout.ms", "2000", "default.api.timeout.ms", "4000"));
        new TopicProvisioner(client, 3, (short) 1).provision(TestTeam.CHAIN);
        return client;
    }

    private static EnvironmentService environment(ClientSettings client) {
        EnvironmentService environment = new EnvironmentService(
                client,
                new EnvironmentSettings(TestTeam.CHAIN, 1, IN_FLIGHT).withMaxUntrained(LIMIT),
                new ArithmeticTask());
        environment.start();
        return environment;
    }

    private static void write(ClientSettings client, Topic topic, String key, SpecificRecord value) throws Exception {
        String name = client.topics().of(topic);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("trainer"));
                RecordCodec codec = client.codec()) {
            producer.send(new ProducerRecord<>(name, key, codec.encode(name, value)))
                    .get();
        }
    }

    /** Learns from all trajectories that there are, but for so many of the newest. */
    private static void learn(ClientSettings client, int left) throws Exception {
        List<TrajectoryOffset> places = new Log(client)
                .placed(Topic.TRAJECTORIES, Trajectory.class).stream()
                        .map(placed -> new TrajectoryOffset(placed.partition(), placed.offset(), placed.key()))
                        .toList();
        Update update = BacklogTest.update("chain", places.subList(0, places.size() - left), List.of());
        write(client, Topic.UPDATES, "chain", update);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited for " + PATIENCE);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Waits until the environment opens no more, though all that it opened are closed. */
    private static long rest(EnvironmentService environment) {
        long[] since = {System.nanoTime()};
        await(() -> {
            if (environment.published() <= LIMIT || environment.open() > 0) {
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > Duration.ofSeconds(1).toNanos();
        });
        return environment.published();
    }

    @Test
    void shouldRestWhileMoreWaitThanMayAndGoOnWithEachUpdate() throws Exception {
        ClientSettings client = client("valve");
        try (Peers peers = new Peers(client);
                EnvironmentService environment = environment(client)) {
            long learned = 0;
            for (int update = 0; update < 3; update++) {
                long published = rest(environment);

                assertTrue(published > learned + LIMIT, learned + " and then " + published);
                // Those in flight close when it has begun to rest; a few more are opened before it knows.
                assertTrue(published <= learned + LIMIT + 3 * IN_FLIGHT, learned + " and then " + published);
                learn(client, 0);
                await(() -> environment.published() > published);
                learned = published;
            }
            assertEquals(Optional.empty(), environment.failure());
        }
    }

    @Test
    void shouldKnowAfterARestartHowManyWait() throws Exception {
        ClientSettings client = client("valve-restart");
        long published;
        try (Peers peers = new Peers(client)) {
            try (EnvironmentService environment = environment(client)) {
                rest(environment);
                learn(client, 0);
                await(() -> environment.published() > LIMIT + 3 * IN_FLIGHT);
                published = rest(environment);
            }
            try (EnvironmentService again = environment(client)) {
                assertEquals(published, rest(again), "it opens none");
                learn(client, 0);
                await(() -> again.published() > published);
            }
        }
    }

    /** The trainer makes dead letters of them, which no update record names. */
    @Test
    void shouldNotCountTrajectoriesUnderAnothersKey() throws Exception {
        ClientSettings client = client("valve-keys");
        Trajectory stray = new Trajectory(
                "stray", "chain", 1, Purpose.TRAINING, Closure.HORIZON, true, List.of(), Instant.EPOCH, Instant.EPOCH);
        for (int i = 0; i < 2 * LIMIT; i++) {
            write(client, Topic.TRAJECTORIES, "other-" + i, stray);
        }
        try (Peers peers = new Peers(client);
                EnvironmentService environment = environment(client)) {
            assertTrue(rest(environment) > LIMIT);
        }
    }

    /** The trainer has learned from all of them, and told where it stands. */
    @Test
    void shouldStartSoonOnALogOfAMillionTrajectories() throws Exception {
        ClientSettings client = client("valve-long");
        int trajectories = 1_000_000;
        long[] ends = fill(client, trajectories);
        Update update = Update.newBuilder(BacklogTest.update("chain", List.of(), List.of()))
                .setPositions(IntStream.range(0, ends.length)
                        .mapToObj(partition -> new TrajectoryPosition(partition, ends[partition]))
                        .toList())
                .build();
        write(client, Topic.UPDATES, "chain", update);

        long begun = System.nanoTime();
        try (EnvironmentService environment = environment(client)) {
            await(() -> environment.published() > 0);
            long millis = (System.nanoTime() - begun) / 1_000_000;
            assertTrue(millis < 2_000, millis + " ms");
        }
    }

    /** Writes that many of one kind. Returns the ends of the partitions. */
    private static long[] fill(ClientSettings client, int count) {
        String topic = client.topics().of(Topic.TRAJECTORIES);
        Trajectory like = new Trajectory(
                "e", "chain", 1, Purpose.TRAINING, Closure.HORIZON, true, List.of(), Instant.EPOCH, Instant.EPOCH);
        long[] ends = new long[3];
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("assembler"));
                RecordCodec codec = client.codec()) {
            byte[] value = codec.encode(topic, like);
            for (int i = 0; i < count; i++) {
                var unused = producer.send(new ProducerRecord<>(topic, i % 3, "e", value));
                ends[i % 3]++;
            }
        }
        return ends;
    }

    @Test
    void shouldGoOnWhenTheBrokerWasAway() throws Exception {
        ClientSettings client = client("valve-outage");
        // The rest of the world waits for the broker, however long it is away.
        ClientSettings patient = new ClientSettings(client.bootstrapServers(), client.registryUrl(), client.prefix());
        try (Peers peers = new Peers(patient);
                EnvironmentService environment = environment(client)) {
            rest(environment);
            learn(client, 5); // So that it is at work when the broker goes.
            cluster.stopBroker(0);
            LockSupport.parkNanos(Duration.ofSeconds(8).toNanos()); // Longer than its clients are patient.
            cluster.startBroker(0);
            long published = rest(environment);
            learn(client, 0);
            await(() -> environment.published() > published);
            assertEquals(Optional.empty(), environment.failure());
        }
    }
}
