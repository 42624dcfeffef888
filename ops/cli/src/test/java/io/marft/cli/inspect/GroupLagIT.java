package io.marft.cli.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.local.LocalBroker;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
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

    @Test
    void shouldSayHowFarEachGroupOfThePrefixIsBehind() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            ClientSettings client = new ClientSettings(broker.bootstrapServers(), "mock://lag", "marft");
            try (Admin admin = Admin.create(client.admin())) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1)))
                        .all()
                        .get();
            }
            send(client, 0, 5);
            send(client, 1, 4);
            commit(client, "marft.agent.pair.actor", Map.of(0, 2L, 1, 3L));
            commit(client, "marft.router", Map.of(0, 5L));
            commit(client, "other.agent.pair.actor", Map.of(0, 0L));

            assertEquals(
                    List.of(new GroupLag("marft.agent.pair.actor", TOPIC, 2, 4), new GroupLag("marft.router", TOPIC, 1, 0)),
                    GroupLag.of(client));
        }
    }
}
