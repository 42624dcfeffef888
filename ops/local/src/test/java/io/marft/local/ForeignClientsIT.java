package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.Provisioning;
import io.marft.testkit.Log;
import io.marft.testkit.TestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Environments that are not ours: what they may get wrong is answered at once, for the true reason. */
@Timeout(180)
class ForeignClientsIT {

    private static final int PARTITIONS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> READERS = List.of("assembler", "reward", "router");
    private static final Team TEAM = TeamFile.parse("{name: solo, agents: [{name: actor, answers: true}]}", "test");

    private final List<Service> services = new ArrayList<>();
    private TestCluster cluster;
    private ClientSettings client;
    private StubAgents agents;
    private RecordCodec codec;
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void start(@TempDir Path directory) {
        cluster = TestCluster.start(1);
        client = new ClientSettings(cluster.bootstrapServers(), "mock://foreign", "marft");
        Provisioning.provision(client, TEAM, PARTITIONS, (short) 1);
        services.add(new RouterService(new RouterSettings(client, directory.resolve("router"))));
        services.add(new ScoreService(client, "0", directory.resolve("reward")));
        services.add(new AssembleService(client, "0", directory.resolve("assembler")));
        services.forEach(Service::start);
        agents = new StubAgents(client, TEAM, (agent, step, question) -> "\\boxed{7}");
        codec = client.codec();
        producer = new KafkaProducer<>(client.producer("foreign"));
    }

    @AfterEach
    void stop() {
        producer.close();
        codec.close();
        agents.close();
        services.forEach(Service::close);
        cluster.close();
    }

    /** As librdkafka does by default ({@code consistent_random}). */
    private static int crcPartition(String key) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % PARTITIONS);
    }

    @Test
    void shouldSayAtOnceThatAClientPartitionsOtherwise() throws Exception {
        Set<String> placed = new TreeSet<>();
        Set<String> misplaced = new TreeSet<>();
        for (int i = 0; i < 16; i++) {
            String episode = "crc-" + i;
            Integer partition = crcPartition(episode);
            (javaPartition(episode) == partition ? placed : misplaced).add(episode);
            send(Topic.OBSERVATIONS, partition, episode, observation(episode));
            send(Topic.REFERENCES, partition, episode, reference(episode));
        }
        assertTrue(placed.size() > 0 && misplaced.size() > 0, placed + " " + misplaced);

        Log log = new Log(client);
        log.await(Topic.DEAD_LETTERS, 4L * misplaced.size(), PATIENCE);
        log.await(Topic.TRAJECTORIES, placed.size(), PATIENCE);

        Map<String, List<String>> byEpisode = new HashMap<>();
        for (DeadLetter letter : log.values(Topic.DEAD_LETTERS, DeadLetter.class)) {
            assertTrue(
                    letter.getReason().startsWith("key belongs to partition ")
                            && letter.getReason().contains("partitioner=murmur2_random"),
                    letter.getReason());
            String key =
                    StandardCharsets.UTF_8.decode(letter.getKey().duplicate()).toString();
            byEpisode
                    .computeIfAbsent(key, unused -> new ArrayList<>())
                    .add(letter.getService() + " " + letter.getTopic());
        }
        assertEquals(misplaced, new TreeSet<>(byEpisode.keySet()));
        byEpisode
                .values()
                .forEach(letters -> assertEquals(
                        List.of(
                                "assembler marft.observations",
                                "reward marft.observations",
                                "reward marft.references",
                                "router marft.observations"),
                        letters.stream().sorted().toList()));
        List<Trajectory> trajectories = log.values(Topic.TRAJECTORIES, Trajectory.class);
        assertEquals(placed.size(), trajectories.size());
        trajectories.forEach(trajectory -> assertEquals(Closure.HORIZON, trajectory.getClosure()));
    }

    /** Where Kafka's own Java producer puts a key. */
    private int javaPartition(String key) throws Exception {
        ProducerRecord<String, byte[]> probe =
                new ProducerRecord<>(client.topics().of(Topic.FEEDBACK), key, new byte[] {1});
        return producer.send(probe).get().partition();
    }

    @Test
    void shouldRefuseWhatNoEpisodeCanBeginWith() throws Exception {
        Map<Observation, String> wrong = Map.of(
                observation(""), "what it should have for a key is empty: an id or name has at least one character",
                Observation.newBuilder(observation("a")).setMessages(List.of()).build(),
                        "'messages' is empty: agents need at least one message to act upon",
                Observation.newBuilder(observation("b"))
                                .setMessages(List.of(new Message("user", "?"), new Message("tool", "!")))
                                .build(),
                        "messages[1] has role 'tool': use one of [system, user, assistant]",
                Observation.newBuilder(observation("c")).setDone(true).build(),
                        "'done' is true at step 0: an episode begins with an observation to act upon",
                Observation.newBuilder(observation("d")).setStep(-1).build(),
                        "step -1 is negative: steps count from 0");
        for (Observation observation : wrong.keySet()) {
            send(Topic.OBSERVATIONS, null, observation.getEpisode(), observation);
        }
        Log log = new Log(client);
        log.await(Topic.DEAD_LETTERS, 3L * wrong.size(), PATIENCE);

        Map<String, List<String>> byReason = log.values(Topic.DEAD_LETTERS, DeadLetter.class).stream()
                .collect(Collectors.groupingBy(
                        DeadLetter::getReason, Collectors.mapping(DeadLetter::getService, Collectors.toList())));
        assertEquals(new TreeSet<>(wrong.values()), new TreeSet<>(byReason.keySet()));
        byReason.values()
                .forEach(services ->
                        assertEquals(READERS, services.stream().sorted().toList()));
    }

    private RecordMetadata send(Topic topic, Integer partition, String key, SpecificRecord value) throws Exception {
        String name = client.topics().of(topic);
        Future<RecordMetadata> sent =
                producer.send(new ProducerRecord<>(name, partition, key, codec.encode(name, value)));
        return sent.get();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Observation observation(String episode) {
        return Observation.newBuilder()
                .setEpisode(episode)
                .setStep(0)
                .setTeam(TEAM.getName())
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setEnvironment("foreign")
                .setMessages(List.of(new Message("user", "question")))
                .setDone(false)
                .setSeed(1)
                .setCreatedAt(now())
                .build();
    }

    private static Reference reference(String episode) {
        return new Reference(episode, "foreign", "boxed", "7", now());
    }
}
