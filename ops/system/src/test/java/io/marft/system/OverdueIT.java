package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.log.LogReader;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A router whose open episodes all miss their deadline together gives each up once, a bounded number at a time. */
@Timeout(1200)
class OverdueIT {

    private static final int EPISODES = Integer.getInteger("marft.overdue", 600_000);
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    @TempDir
    Path directory;

    @Test
    @Tag("system")
    void shouldGiveEachUpOnceWithoutLosingATransaction() {
        String team = Deployment.TERSE_TEAM + "deadline: 30s\n";
        try (Deployment deployment = Deployment.start(directory, 1, team, Deployment.CHEAP_TRAINING, 4)) {
            write(deployment);
            long begun = System.nanoTime();
            ServiceProcess router = deployment
                    .service("router", "0")
                    .environment("_JAVA_OPTIONS", "-Xmx2g") // Goes before the heap that a test's services have.
                    .start();
            new Log(deployment.client()).await(Topic.DEAD_LETTERS, EPISODES, PATIENCE);
            System.out.println(EPISODES + " overdue episodes given up, " + (System.nanoTime() - begun) / 1_000_000_000
                    + " s from the router's start");
            assertTrue(router.alive(), router::written);
            assertEquals(143, router.terminate(Duration.ofMinutes(1)));
            String written = router.written();
            assertFalse(written.contains("replaces its thread") || written.contains("Fenced"), written);
            assertEachHasItsLetter(deployment);
        }
    }

    private static void write(Deployment deployment) {
        String topic = deployment.client().topics().of(Topic.OBSERVATIONS);
        try (RecordCodec codec = deployment.client().codec();
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(deployment.client().producer("overdue"))) {
            Observation.Builder observation = Observation.newBuilder()
                    .setStep(0)
                    .setTeam(deployment.team().getName())
                    .setTeamVersion(1)
                    .setPurpose(Purpose.TRAINING)
                    .setEnvironment("overdue")
                    .setMessages(List.of(new Message("user", "?")))
                    .setDone(false)
                    .setSeed(1)
                    .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS));
            for (int i = 0; i < EPISODES; i++) {
                byte[] value = codec.encode(
                        topic, observation.setEpisode("overdue-" + i).build());
                var unused = producer.send(new ProducerRecord<>(topic, "overdue-" + i, value));
            }
            producer.flush();
        }
    }

    private static void assertEachHasItsLetter(Deployment deployment) {
        Set<String> episodes = new HashSet<>();
        int[] letters = {0};
        List<String> topic = List.of(deployment.client().topics().of(Topic.DEAD_LETTERS));
        try (LogReader reader = LogReader.atBeginning(deployment.client(), topic)) {
            reader.readToEnd(record -> {
                episodes.add(record.key());
                letters[0]++;
            });
        }
        assertEquals(EPISODES, episodes.size());
        assertEquals(EPISODES, letters[0]);
    }
}
