package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.Peers;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.task.NewEpisode;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EnvironmentServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRANSACTIONAL_ID =
            "marft.environment." + EnvironmentProcess.SETTINGS.team().getName() + ".1";

    @Test
    void shouldNeitherRepeatNorSkipAnExerciseHoweverOftenItIsKilled() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            ClientSettings client = EnvironmentProcess.client(cluster.bootstrapServers());
            List<String> published;
            try (Peers peers = new Peers(client)) {
                for (int kill = 0; kill < 3; kill++) {
                    Process process = EnvironmentProcess.start(cluster.bootstrapServers());
                    try {
                        peers.awaitObservations(peers.observations().size() + 150, PATIENCE);
                    } finally {
                        process.destroyForcibly().waitFor();
                    }
                }
                EnvironmentService last = environment(client);
                last.start();
                peers.awaitObservations(peers.observations().size() + 100, PATIENCE);
                last.close();
                assertEquals(Optional.empty(), last.failure());
                peers.awaitObservations((int) last.published(), PATIENCE);

                published = published(last.published());
                assertTrue(published.size() >= 550, "published " + published.size());
                assertEquals(published, sorted(peers.observations()));
                assertEquals(published, keys(client, Topic.REFERENCES, published.size()));
            }
        }
    }

    /** A broker fences a producer whose transaction was open for too long, as it does one whose successor has come. */
    @Test
    void shouldGoOnWhereItWasFencedAndNobodyCameInItsPlace() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            ClientSettings client = EnvironmentProcess.client(cluster.bootstrapServers());
            try (EnvironmentService environment = environment(client);
                    Peers peers = new Peers(client);
                    Admin admin = Admin.create(client.admin())) {
                environment.start();
                peers.awaitObservations(50, PATIENCE);
                admin.fenceProducers(List.of(TRANSACTIONAL_ID)).all().get();
                peers.awaitObservations(peers.observations().size() + 50, PATIENCE);

                assertEquals(Optional.empty(), environment.failure());
                stop(environment);
                peers.awaitObservations((int) environment.published(), PATIENCE);
                assertEquals(published(environment.published()), sorted(peers.observations()));
            }
        }
    }

    @Test
    void shouldStopWhereAnotherOneFeedsTheSameStream() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            ClientSettings client = EnvironmentProcess.client(cluster.bootstrapServers());
            try (EnvironmentService one = environment(client);
                    EnvironmentService other = environment(client);
                    Peers peers = new Peers(client)) {
                one.start();
                peers.awaitObservations(50, PATIENCE);
                other.start();
                while (one.failure().isEmpty() && other.failure().isEmpty()) {
                    peers.awaitObservations(peers.observations().size() + 1, PATIENCE);
                }
                EnvironmentService stopped = one.failure().isPresent() ? one : other;
                EnvironmentService stays = stopped == one ? other : one;

                assertEquals(
                        "another environment feeds team 'chain' with seed 1: let one of the two do it, or give this one"
                                + " another --seed",
                        stopped.failure().orElseThrow().getMessage());
                peers.awaitObservations(peers.observations().size() + 50, PATIENCE);
                assertEquals(Optional.empty(), stays.failure());
                stop(stays);
                peers.awaitObservations((int) stays.published(), PATIENCE);
                assertEquals(published(stays.published()), sorted(peers.observations()));
            }
        }
    }

    private static EnvironmentService environment(ClientSettings client) {
        return new EnvironmentService(client, EnvironmentProcess.SETTINGS, new ArithmeticTask());
    }

    private static void stop(EnvironmentService environment) {
        environment.close();
    }

    private static List<String> published(long count) {
        return LongStream.range(0, count)
                .mapToObj(index -> NewEpisode.id(Purpose.TRAINING, EnvironmentProcess.SETTINGS.run(), index))
                .sorted()
                .toList();
    }

    @Test
    void shouldKeepToItsLimitAndRestWhilePaused() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            ClientSettings client = EnvironmentProcess.client(cluster.bootstrapServers());
            try (EnvironmentService environment = environment(client)) {
                environment.start();
                assertEquals(8, keys(client, Topic.OBSERVATIONS, 8).size());
                assertEquals(8, keys(client, Topic.REFERENCES, 8).size());
                environment.pause();
                try (Peers peers = new Peers(client)) {
                    peers.awaitObservations(8, PATIENCE);
                    while (environment.open() > 0) {
                        Thread.onSpinWait();
                    }
                    assertEquals(8, environment.published());
                    environment.resume();
                    peers.awaitObservations(100, PATIENCE);
                }
            }
        }
    }

    private static List<String> sorted(List<Observation> observations) {
        return observations.stream().map(Observation::getEpisode).sorted().toList();
    }

    /** The keys of all committed records of a topic, sorted, once there are at least so many. */
    private static List<String> keys(ClientSettings client, Topic topic, int least) {
        List<String> keys = new ArrayList<>();
        try (LogReader reader =
                LogReader.atBeginning(client, List.of(client.topics().of(topic)))) {
            while (keys.size() < least) {
                reader.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
            }
            reader.readToEnd(record -> keys.add(record.key()));
        }
        return keys.stream().sorted().toList();
    }
}
