package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.local.LocalBroker;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Reference;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at topics, on a real broker; the registry is in memory. */
class InspectIT {

    private static final int PARTITIONS = 2;
    private static final long BEGUN = System.currentTimeMillis(); // An earlier one would let retention take records.

    @TempDir
    private static Path directory;

    private static LocalBroker broker;
    private static ClientSettings client;

    private final StringWriter output = new StringWriter();

    /** Writes 30 references, each in a transaction of its own, one second after the other, and three that are aborted. */
    @BeforeAll
    static void writeReferences() {
        broker = LocalBroker.start(directory, 0);
        client = new ClientSettings(broker.bootstrapServers(), "mock://inspect", "marft");
        new TopicProvisioner(client, PARTITIONS, (short) 1)
                .provision(TeamFile.parse(
                        "{name: solo, agents: [{name: actor, profile: Solve., answers: true}]}", "test"));
        try (RecordCodec codec = client.codec();
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(client.transactionalProducer("marft.test"))) {
            producer.initTransactions();
            for (int i = 0; i < 30; i++) {
                producer.beginTransaction();
                send(producer, codec, i);
                producer.commitTransaction();
            }
            producer.beginTransaction();
            for (int i = 30; i < 33; i++) {
                send(producer, codec, i);
            }
            producer.flush();
            producer.abortTransaction();
        }
    }

    private static void send(KafkaProducer<String, byte[]> producer, RecordCodec codec, int second) {
        String topic = client.topics().of(Topic.REFERENCES);
        byte[] value = codec.encode(topic, new Reference("e" + second, "x", "boxed", "7", Instant.EPOCH));
        var unused = producer.send(
                new ProducerRecord<>(topic, second % PARTITIONS, BEGUN + 1000L * second, "e" + second, value));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--bootstrap-servers", client.bootstrapServers(), "--registry-url", client.registryUrl()));
        PrintWriter out = new PrintWriter(output, true);
        return Main.commandLine().setOut(out).setErr(out).execute(line.toArray(String[]::new));
    }

    private List<String> lines() {
        return output.toString().lines().toList();
    }

    private List<String> keys() {
        return lines().stream()
                .map(line -> line.replaceFirst(".*\"key\":\"(\\w+)\".*", "$1"))
                .toList();
    }

    @Test
    void shouldPrintTheLastRecordsOfAllPartitions() {
        assertEquals(0, run("tail", "references", "-n", "3"));
        assertEquals(List.of("e27", "e28", "e29"), keys(), output::toString);
    }

    @Test
    void shouldPrintAllRecordsWhereMoreAreAskedFor() {
        assertEquals(0, run("tail", "marft.references", "-n", "1000"));
        assertEquals(30, lines().size(), output::toString);

        assertEquals(0, run("tail", "references", "--all"));
        assertEquals(60, lines().size(), output::toString);
    }

    @Test
    void shouldPrintNothingOfATopicThatHoldsNothing() {
        assertEquals(0, run("tail", "actions"));
        assertEquals(0, run("tail", "references", "-n", "0"));
        assertEquals(List.of(), lines());
    }

    @Test
    void shouldRefuseANegativeNumberOfRecords() {
        assertEquals(2, run("tail", "references", "-n", "-1"));
        assertTrue(lines().get(0).contains("-n must not be negative, got: -1"), output::toString);
    }

    @Test
    void shouldSayInOneLineThatATopicIsMissing() {
        assertEquals(1, run("tail", "turns.pair.nobody"));
        assertEquals(
                List.of(
                        "marft: topic marft.turns.pair.nobody does not exist: `marft topics` lists those that do, and `marft"
                                + " provision` creates those that are missing"),
                lines());
    }

    /** Of 30 transactions the records and markers, of one that was aborted three records and a marker for each partition. */
    @Test
    void shouldCountOffsetsAtOnceAndRecordsIfAsked() {
        assertEquals(0, run("topics"));
        assertTrue(lines().get(0).matches("TOPIC +PARTITIONS +OFFSETS +KEPT .*"), output::toString);
        assertTrue(output.toString().contains("marft.references "), output::toString);
        assertTrue(
                lines().stream().anyMatch(line -> line.matches("marft.references +2 +65 +week .*")), output::toString);

        output.getBuffer().setLength(0);
        assertEquals(0, run("topics", "--exact"));
        assertTrue(lines().get(0).matches("TOPIC +PARTITIONS +RECORDS +KEPT .*"), output::toString);
        assertTrue(
                lines().stream().anyMatch(line -> line.matches("marft.references +2 +30 +week .*")), output::toString);
    }
}
