package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.client.Asker;
import io.marft.environments.measure.Evaluator;
import io.marft.local.Installation;
import io.marft.local.ListenPorts;
import io.marft.local.LocalStack;
import io.marft.local.StackSettings;
import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.testkit.Log;
import io.marft.trainer.configure.TrainingFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system with its real parts: broker, registry, model, every service. */
class LocalStackIT {

    private static final int UNKNOWN_SCHEMA = 123_456_789;

    @TempDir
    Path directory;

    @Test
    void shouldServeLearnAndAccountForEverythingWhateverComesIn() throws Exception {
        Installation installation = Installation.find();
        StackSettings settings = new StackSettings(
                installation,
                directory,
                ListenPorts.FREE,
                TeamFile.load(installation.team()),
                installation.model(),
                ModelOptions.DEFAULT,
                TrainingFile.parse("{batchEpisodes: 16, epochs: 1}", "test"),
                7,
                32,
                2);
        try (LocalStack stack = LocalStack.start(settings, step -> {})) {
            ClientSettings client = stack.client();
            Evaluation evaluation = new Evaluator(client, stack.team(), new ArithmeticTask())
                    .evaluate("untuned", 40, 7, Duration.ofMinutes(2), progress -> {});
            assertEquals(40, evaluation.getProblems());

            int bad = sendBadRecords(
                    client, new Log(client).values(Topic.ACTIONS, Action.class).get(0));
            stack.startTraining();
            await(() -> new Log(client).values(Topic.UPDATES, Update.class).size() >= 4);
            stack.stopTraining();
            assertInstanceOf(
                    Asker.Answered.class,
                    new Asker(client, stack.team()).ask("What is 1 plus 1?", Duration.ofMinutes(1), action -> {}));
            String tooLong = refuseWhatIsTooLong(stack);
            await(() -> size(client, Topic.TRAJECTORIES, Trajectory.class)
                    == size(client, Topic.OBSERVATIONS, Observation.class) - 1); // the question that was too long

            assertEquals(
                    List.of(
                            "missing action " + tooLong + "/0/reasoner",
                            "open episode " + tooLong + ": step 0 is not complete"),
                    RunAccounts.findings(client, stack.team().getName()).stream()
                            .filter(finding -> !finding.contains(" bad-") && !finding.startsWith("dead letter"))
                            .toList());
            RunAccounts.assertNoExerciseIsLeftOut(client);
            assertEquals(
                    bad,
                    new Log(client)
                            .values(Topic.DEAD_LETTERS, DeadLetter.class).stream()
                                    .filter(letter -> letter.getKey() != null
                                            && new String(bytes(letter.getKey()), StandardCharsets.UTF_8)
                                                    .startsWith("bad-"))
                                    .map(letter -> letter.getTopic() + letter.getPartition() + "@" + letter.getOffset())
                                    .distinct()
                                    .count());
            assertTrue(stack.failure().isEmpty());
        }
    }

    /** Bytes that are no record, a schema that nobody knows, and an action that nobody asked for. */
    private static int sendBadRecords(ClientSettings client, Action example) throws Exception {
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        byte[] unknown =
                ByteBuffer.allocate(7).put((byte) 0).putInt(UNKNOWN_SCHEMA).array();
        for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.ACTIONS, Topic.REWARDS, Topic.TRAJECTORIES)) {
            String name = client.topics().of(topic);
            records.add(new ProducerRecord<>(name, "bad-" + topic, "no record".getBytes(StandardCharsets.UTF_8)));
            records.add(new ProducerRecord<>(name, "bad-" + topic, unknown));
        }
        String actions = client.topics().of(Topic.ACTIONS);
        try (RecordCodec codec = client.codec();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("vandal"))) {
            Action stray = Action.newBuilder(example).setEpisode("bad-episode").build();
            records.add(new ProducerRecord<>(actions, "bad-episode", codec.encode(actions, stray)));
            for (ProducerRecord<String, byte[]> record : records) {
                producer.send(record).get();
            }
        }
        return records.size();
    }

    /** Asks a question that is refused, and gives its episode. */
    private static String refuseWhatIsTooLong(LocalStack stack) {
        Asker.Outcome outcome = new Asker(stack.client(), stack.team())
                .ask("What is one plus one? ".repeat(1000), Duration.ofMinutes(1), action -> {});
        Asker.Refused refused = assertInstanceOf(Asker.Refused.class, outcome);
        assertEquals(1, refused.letter().getReason().lines().count());
        return new String(bytes(refused.letter().getKey()), StandardCharsets.UTF_8);
    }

    private static int size(
            ClientSettings client, Topic topic, Class<? extends org.apache.avro.specific.SpecificRecord> type) {
        return new Log(client).values(topic, type).size();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited for three minutes");
            LockSupport.parkNanos(100_000_000);
        }
    }
}
