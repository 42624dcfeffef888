package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.Peers;
import io.marft.environments.task.ArithmeticTask;
import io.marft.environments.task.Episode;
import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.topic.Topic;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EnvironmentServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
                EnvironmentService last =
                        new EnvironmentService(client, EnvironmentProcess.SETTINGS, new ArithmeticTask());
                last.start();
                peers.awaitObservations(peers.observations().size() + 100, PATIENCE);
                last.close();
                assertEquals(Optional.empty(), last.failure());
                peers.awaitObservations((int) last.published(), PATIENCE);

                published = LongStream.range(0, last.published())
                        .mapToObj(index -> Episode.id(Purpose.TRAINING, EnvironmentProcess.SETTINGS.run(), index))
                        .toList();
                assertTrue(published.size() >= 550, "published " + published.size());
                assertEquals(published, sorted(peers.observations()));
                assertEquals(published, keys(client, Topic.REFERENCES, published.size()));
            }
        }
    }

    @Test
    void shouldKeepToItsLimitAndRestWhilePaused() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            ClientSettings client = EnvironmentProcess.client(cluster.bootstrapServers());
            try (EnvironmentService environment =
                    new EnvironmentService(client, EnvironmentProcess.SETTINGS, new ArithmeticTask())) {
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
        String name = client.topics().of(topic);
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader())) {
            List<TopicPartition> partitions = consumer.partitionsFor(name).stream()
                    .map(partition -> new TopicPartition(name, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (keys.size() < least) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
            }
            consumer.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
        }
        return keys.stream().sorted().toList();
    }
}
