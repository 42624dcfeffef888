package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.verify.Verifiers;
import io.marft.schemas.catalogue.ByName;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.KeyText;
import io.marft.streaming.connect.ClientSettings;
import io.marft.system.Poison.Bad;
import io.marft.testkit.EpisodeSource;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import io.marft.testkit.verify.History;
import io.marft.testkit.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad records on every topic while good episodes run: no service fails, each bad record is one dead letter of each service
 * that reads it, with its bytes, and there are no other letters; every good episode is routed, scored, assembled and
 * learned from as if there had been none.
 *
 * <p>A run prints its seed; {@code -Dmarft.seed} repeats its records.
 */
class PoisonIT {

    private static final ByName<io.marft.reward.verify.Verifier> VERIFIERS = Verifiers.onClassPath();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PARTITIONS = 4;
    private static final int BATCH = 32;
    private static final int PARTS = 10;
    private static final int IN_FLIGHT = 8;

    @TempDir
    Path directory;

    private record Place(String topic, int partition, long offset) {}

    @Test
    void shouldRejectEachBadRecordAndGoOn() throws Exception {
        run(2_000);
    }

    @Test
    @Tag("system")
    void shouldRejectAHundredThousandBadRecords() throws Exception {
        run(100_000);
    }

    private void run(int records) throws Exception {
        long seed = Long.getLong("marft.seed", System.nanoTime() & 0xffff);
        say("poison with -Dmarft.seed=" + seed + ": " + records + " records");
        int episodes = PARTS * BATCH * Math.max(1, records / 10_000);
        try (Deployment deployment =
                Deployment.start(directory, 1, Deployment.TERSE_TEAM, Deployment.CHEAP_TRAINING, PARTITIONS)) {
            List<ServiceProcess> services = new ArrayList<>();
            for (String kind : List.of("router", "agents", "reward", "assembler", "trainer")) {
                services.add(deployment.service(kind, "0").start());
            }
            Map<Place, Bad> written = new HashMap<>();
            try (EpisodeSource source = source(deployment, seed, episodes)) {
                source.awaitClosed(1, PATIENCE);
                written.putAll(write(deployment, source, episodes, records, seed));
            }
            // What the trainer rejects is committed with the update that comes after.
            try (EpisodeSource source = source(deployment, seed + 1, BATCH)) {
                source.awaitClosed(BATCH, PATIENCE);
            }
            int all = episodes + BATCH;
            int due =
                    written.values().stream().mapToInt(bad -> bad.due().size()).sum();
            awaitTrained(deployment.client(), all);
            awaitLetters(deployment.client(), due);
            for (ServiceProcess service : services) {
                assertTrue(service.alive(), service.written());
                assertEquals(143, service.terminate(Duration.ofMinutes(1)));
            }

            History history =
                    History.read(deployment.client(), deployment.team().getName());
            assertLetters(written, history.deadLetters());
            Verifier.Report report = new Verifier(PoisonIT::verdict).verify(good(history, written.keySet()));
            say(report.figures() + "; bad records: " + written.size() + ", their letters: " + due);
            assertEquals(List.of(), report.findings());
            assertEquals(all, report.episodes());
            assertEquals(0, report.waiting());
        }
    }

    private static EpisodeSource source(Deployment deployment, long seed, int episodes) {
        return new EpisodeSource(deployment.client(), deployment.team(), seed, episodes, IN_FLIGHT).started();
    }

    private static Map<Place, Bad> write(
            Deployment deployment, EpisodeSource source, int episodes, int records, long seed) throws Exception {
        ClientSettings client = deployment.client();
        Map<Place, Bad> written = new HashMap<>();
        try (Poison poison = new Poison(client, deployment.team(), PARTITIONS, seed);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        client.producer("poison"), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int part = 1; part <= PARTS; part++) {
                leaveATransactionOpen(client, part);
                Map<Bad, Future<RecordMetadata>> sent = new HashMap<>();
                for (int i = 0; i < records / PARTS; i++) {
                    Bad bad = poison.next();
                    sent.put(
                            bad,
                            producer.send(new ProducerRecord<>(
                                    bad.topic(), bad.partition(), bad.key(), bad.value(), bad.headers())));
                }
                for (Map.Entry<Bad, Future<RecordMetadata>> each : sent.entrySet()) {
                    RecordMetadata place = each.getValue().get();
                    written.put(new Place(place.topic(), place.partition(), place.offset()), each.getKey());
                }
                source.awaitClosed(episodes * part / PARTS, PATIENCE);
            }
        }
        return written;
    }

    /** As a stranger does that dies in the middle of one: readers wait until the broker aborts it, and it leaves no trace. */
    private static void leaveATransactionOpen(ClientSettings client, int part) throws Exception {
        Map<String, Object> properties = client.transactionalProducer("stranger-" + part);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 2_000);
        try (KafkaProducer<String, byte[]> stranger = new KafkaProducer<>(properties)) {
            stranger.initTransactions();
            stranger.beginTransaction();
            for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.ACTIONS, Topic.REWARDS, Topic.TRAJECTORIES)) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    stranger.send(new ProducerRecord<>(client.topics().of(topic), partition, "open", new byte[] {1}))
                            .get();
                }
            }
            stranger.close(Duration.ZERO); // Ends nothing.
        }
    }

    private static void awaitTrained(ClientSettings client, int episodes) {
        Log log = new Log(client);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (log.values(Topic.UPDATES, Update.class).stream()
                        .mapToInt(update ->
                                update.getInputs().size() + update.getDropped().size())
                        .sum()
                < episodes) {
            assertTrue(System.nanoTime() - deadline < 0, "the trainer stands still");
            LockSupport.parkNanos(300_000_000);
        }
    }

    /** Which are missing, if so many do not come, is for the comparison to say. */
    private static void awaitLetters(ClientSettings client, int due) {
        try {
            new Log(client).await(Topic.DEAD_LETTERS, due, Duration.ofMinutes(1));
        } catch (IllegalStateException e) {
            say(e.getMessage());
        }
    }

    private static void assertLetters(Map<Place, Bad> written, List<Log.Placed<DeadLetter>> letters) {
        Map<Place, List<String>> services = new HashMap<>();
        for (Log.Placed<DeadLetter> placed : letters) {
            DeadLetter letter = placed.value();
            Place place = new Place(letter.getTopic(), letter.getPartition(), letter.getOffset());
            Bad bad = written.get(place);
            assertTrue(bad != null, () -> "a good record was rejected: " + letter);
            services.computeIfAbsent(place, first -> new ArrayList<>()).add(letter.getService());
            assertTrue(Arrays.equals(bad.key(), KeyText.bytes(DeadLetters.key(letter))), () -> "key of " + letter);
            assertTrue(Arrays.equals(bad.value(), DeadLetters.value(letter)), () -> "value of " + letter);
            assertEquals(bad.headers(), List.of(DeadLetters.headers(letter).toArray()), () -> "headers of " + letter);
        }
        List<String> wrong = new ArrayList<>();
        written.forEach((place, bad) -> {
            List<String> found =
                    services.getOrDefault(place, List.of()).stream().sorted().toList();
            if (!found.equals(bad.due())) {
                wrong.add(bad.what() + " at " + place + ": letters of " + found + ", due from " + bad.due());
            }
        });
        assertEquals(List.of(), wrong);
    }

    /** What is left without the bad records and their letters, which are accounted for. */
    private static History good(History all, Set<Place> bad) {
        return new History(
                all.team(),
                without(all.teams(), bad),
                without(all.observations(), bad),
                without(all.references(), bad),
                without(all.turns(), bad),
                without(all.actions(), bad),
                without(all.rewards(), bad),
                without(all.trajectories(), bad),
                all.updates(),
                without(all.adapters(), bad),
                List.of(),
                all.committed());
    }

    private static <T> List<Log.Placed<T>> without(List<Log.Placed<T>> records, Set<Place> bad) {
        return records.stream()
                .filter(record -> !bad.contains(new Place(record.topic(), record.partition(), record.offset())))
                .toList();
    }

    private static double verdict(String verifier, String answer, String reference) {
        return VERIFIERS.get(verifier).verdict(answer, reference);
    }

    @SuppressWarnings("SystemOut") // For whoever wants to see the same again.
    private static void say(String line) {
        System.out.println(line);
    }
}
