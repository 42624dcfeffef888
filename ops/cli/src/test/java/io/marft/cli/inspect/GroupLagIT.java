package io.marft.cli.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.local.LocalBroker;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.OpenTransaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupLagIT {

    private static final String TOPIC = "marft.turns.pair.actor";

    @TempDir
    Path directory;

    private static void send(ClientSettings client, int partition, int count) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("test"))) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(TOPIC, partition, "key", new byte[] {1}))
                        .get();
            }
        }
    }

    private static void commit(ClientSettings client, String group, Map<Integer, Long> offsets) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.consumer(group))) {
            offsets.forEach((partition, offset) ->
                    consumer.commitSync(Map.of(new TopicPartition(TOPIC, partition), new OffsetAndMetadata(offset))));
        }
    }

    private static void createTopic(ClientSettings client) throws Exception {
        try (Admin admin = Admin.create(client.admin())) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
        }
    }

    /** A transaction is not worth a line at once. */
    private static List<String> lines(ClientSettings client, Admin admin) throws Exception {
        Instant deadline = Instant.now().plusSeconds(60);
        List<String> lines = List.of();
        while (lines.isEmpty() && Instant.now().isBefore(deadline)) {
            lines = OpenTransaction.lines(client, admin);
        }
        return lines;
    }

    private static List<GroupLag> lags(ClientSettings client) throws Exception {
        try (Admin admin = Admin.create(client.admin())) {
            return GroupLag.of(client, admin);
        }
    }

    /** A marker has an offset and is no record; what is far behind is counted in offsets. */
    @Test
    void shouldCountRecordsAndSayWhoseOpenTransactionHoldsReadersUp() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            ClientSettings client = new ClientSettings(broker.bootstrapServers(), "mock://lag", "marft");
            createTopic(client);
            try (Admin admin = Admin.create(client.admin())) {
                Map<String, Object> properties = client.transactionalProducer("crashed");
                properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 600_000);
                try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
                    producer.initTransactions();
                    for (int i = 0; i < 2; i++) {
                        producer.beginTransaction();
                        producer.send(new ProducerRecord<>(TOPIC, 0, "key", new byte[] {1}))
                                .get();
                        producer.commitTransaction();
                    }
                    commit(client, "marft.router", Map.of(0, 1L));
                    commit(client, "marft.reward", Map.of(0, 3L));
                    send(client, 1, 2_001);
                    commit(client, "marft.assembler", Map.of(1, 0L));
                    producer.beginTransaction();
                    producer.send(new ProducerRecord<>(TOPIC, 0, "open", new byte[] {1}))
                            .get();
                    send(client, 0, 3);

                    assertEquals(
                            List.of(
                                    new GroupLag("marft.assembler", TOPIC, 1, 2_001, false),
                                    new GroupLag("marft.reward", TOPIC, 1, 0, true),
                                    new GroupLag("marft.router", TOPIC, 1, 1, true)),
                            lags(client));
                    List<String> lines = lines(client, admin);
                    assertEquals(1, lines.size(), lines::toString);
                    assertTrue(
                            lines.get(0)
                                    .matches(
                                            "4 offsets of marft.turns.pair.actor \\[0\\] wait behind the open transaction"
                                                    + " of producer 'crashed', open for \\d+s, aborted after 10m at the latest: .*"),
                            lines.get(0));
                    producer.abortTransaction();
                }
            }
        }
    }

    @Test
    void shouldSayHowFarEachGroupOfThePrefixIsBehind() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            ClientSettings client = new ClientSettings(broker.bootstrapServers(), "mock://lag", "marft");
            createTopic(client);
            send(client, 0, 5);
            send(client, 1, 4);
            commit(client, "marft.agent.pair.actor", Map.of(0, 2L, 1, 3L));
            commit(client, "marft.router", Map.of(0, 5L));
            commit(client, "marft.trainer.pair.lease", Map.of(0, 0L));
            commit(client, "other.agent.pair.actor", Map.of(0, 0L));

            assertEquals(
                    List.of(
                            new GroupLag("marft.agent.pair.actor", TOPIC, 2, 4, true),
                            new GroupLag("marft.router", TOPIC, 1, 0, true)),
                    lags(client));
        }
    }
}
