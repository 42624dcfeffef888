package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.cli.letters.ReplayDeadLettersCommand;
import io.marft.local.LocalBroker;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Reference;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import io.marft.streaming.provision.TopicProvisioner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on dead letters, on a real broker; the registry is in memory. */
class DeadLettersIT {

    private static final String NO_UTF8 = KeyText.text(new byte[] {(byte) 0xff, 1});
    private static final byte[] JUNK = {1, 2, 3};

    @TempDir
    private static Path directory;

    private static LocalBroker broker;
    private static ClientSettings client;

    private final StringWriter output = new StringWriter();

    /** Letters at 0@0 to 0@4: readable, unreadable, a copy of the first from another service, one cut, one replayed. */
    @BeforeAll
    static void writeLetters() throws Exception {
        broker = LocalBroker.start(directory, 0);
        client = new ClientSettings(broker.bootstrapServers(), "mock://letters", "marft");
        new TopicProvisioner(client, 2, (short) 1)
                .provision(TeamFile.parse(
                        "{name: solo, agents: [{name: actor, profile: Solve., answers: true}]}", "test"));
        String references = client.topics().of(Topic.REFERENCES);
        String letters = client.topics().of(Topic.DEAD_LETTERS);
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "a".getBytes(StandardCharsets.UTF_8)).add("trace", null);
        RecordHeaders replayed = new RecordHeaders();
        replayed.add(ReplayDeadLettersCommand.HEADER, "0@9".getBytes(StandardCharsets.UTF_8));
        try (RecordCodec codec = client.codec();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("test"))) {
            byte[] sound = codec.encode(references, new Reference("e", "x", "oracle", "7", Instant.EPOCH));
            for (DeadLetter letter : List.of(
                    DeadLetters.of("reward", "verifier 'oracle' is unknown", references, 0, 5, "e", sound, headers),
                    DeadLetters.of("reward", "not readable as Reference", references, 0, 6, NO_UTF8, JUNK, headers),
                    DeadLetters.of("assembler", "verifier 'oracle' is unknown", references, 0, 5, "e", sound, headers),
                    DeadLetters.of(
                            "reward", "value has 700000 bytes", references, 1, 7, "f", new byte[700_000], headers),
                    DeadLetters.of("reward", "verifier 'oracle' is unknown", references, 0, 8, "g", sound, replayed))) {
                producer.send(new ProducerRecord<>(letters, DeadLetters.key(letter), codec.encode(letters, letter)))
                        .get();
            }
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>(List.of("dead-letters"));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--bootstrap-servers", client.bootstrapServers(), "--registry-url", client.registryUrl()));
        PrintWriter out = new PrintWriter(output, true);
        return Main.commandLine().setOut(out).setErr(out).execute(line.toArray(String[]::new));
    }

    private List<String> lines() {
        return output.toString().lines().toList();
    }

    @Test
    void shouldListThoseThatAFilterNames() {
        assertEquals(0, run("list", "--topic", "references", "--service", "reward", "--reason", "ORACLE"));

        assertEquals(4, lines().size(), output::toString);
        assertTrue(lines().get(1).startsWith("0@0 "), output::toString);
        assertTrue(lines().get(1).contains("marft.references 0@5"), output::toString);
        assertEquals("2 dead letters", lines().get(3));
    }

    @Test
    void shouldCountByReason() {
        assertEquals(0, run("list", "--count"));

        assertEquals("       2  reward  marft.references  verifier '…' is unknown", lines().get(0));
        assertEquals("5 dead letters", lines().get(lines().size() - 1));
    }

    @Test
    void shouldShowAValueDecodedAndAnythingInHexadecimal() {
        assertEquals(0, run("show", "0@0"));
        assertTrue(output.toString().contains("\"verifier\" : \"oracle\""), output::toString);
        assertTrue(output.toString().contains("\"key\" : \"e\""), output::toString);

        assertEquals(0, run("show", "0@1"));
        assertTrue(output.toString().contains("\"keyHex\" : \"ff01\""), output::toString);
        assertTrue(output.toString().contains("\"valueHex\" : \"010203\""), output::toString);
        assertTrue(output.toString().contains("\"unreadable\" : \"not readable as Reference"), output::toString);
    }

    @Test
    void shouldSayInOneLineThatThereIsNoSuchLetter() {
        assertEquals(1, run("show", "0@77"));
        assertEquals(1, run("replay", "3@0"));
        assertEquals(
                List.of(
                        "marft: no dead letter is at 0@77: `marft dead-letters list` prints the places",
                        "marft: no dead letter is at 3@0: `marft dead-letters list` prints the places"),
                lines());
    }

    @Test
    void shouldWriteRecordsBackAsTheyWereOnceEachAndRefuseWhatIsNotWhole() {
        assertEquals(1, run("replay", "--all", "--dry-run"));
        assertEquals(List.of(), replayed());
        assertEquals(1, run("replay", "--all"));

        assertTrue(
                output.toString().contains("0@3 is not replayed: the letter is not whole, it lacks the value's bytes"));
        assertTrue(output.toString().contains("0@4 is not replayed: its record has been replayed before"));
        assertEquals("wrote 2 records back; 2 refused, 1 letters of the same records", lines().get(lines().size() - 1));
        List<ConsumerRecord<String, byte[]>> records = replayed();
        assertEquals(2, records.size());
        ConsumerRecord<String, byte[]> junk = records.stream()
                .filter(record -> Arrays.equals(record.value(), JUNK))
                .findFirst()
                .orElseThrow();
        assertEquals(NO_UTF8, junk.key());
        assertEquals("trace", junk.headers().toArray()[0].key());
        assertArrayEquals(new byte[] {'a'}, junk.headers().toArray()[0].value());
        assertNull(junk.headers().toArray()[1].value());
        assertArrayEquals(
                "0@1".getBytes(StandardCharsets.UTF_8),
                junk.headers().lastHeader(ReplayDeadLettersCommand.HEADER).value());

        assertEquals(0, run("replay", "0@4"));
        assertEquals(3, replayed().size());
    }

    private static List<ConsumerRecord<String, byte[]>> replayed() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (LogReader reader =
                LogReader.atBeginning(client, List.of(client.topics().of(Topic.REFERENCES)))) {
            reader.readToEnd(records::add);
        }
        return records;
    }
}
