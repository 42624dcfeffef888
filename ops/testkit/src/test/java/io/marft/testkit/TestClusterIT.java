package io.marft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class TestClusterIT {

    @Test
    void shouldCommitTransactionsOnASingleBroker() throws Exception {
        try (TestCluster cluster = TestCluster.start(1)) {
            Map<String, Object> address = Map.of("bootstrap.servers", cluster.bootstrapServers());
            try (Admin admin = Admin.create(address)) {
                admin.createTopics(List.of(new NewTopic("facts", Optional.of(1), Optional.empty())))
                        .all()
                        .get();
            }
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            cluster.bootstrapServers(), //
                            "transactional.id",
                            "writer"),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("facts", "key", "committed")).get();
                producer.commitTransaction();
            }
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers", cluster.bootstrapServers(), //
                            "isolation.level", "read_committed",
                            "auto.offset.reset", "earliest"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.assign(List.of(new TopicPartition("facts", 0)));
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(20));
                assertEquals("committed", records.iterator().next().value());
            }
        }
    }

    @Test
    void shouldServeWhileABrokerIsAwayAndTakeItBackWithItsDiskOrWithout() throws Exception {
        try (TestCluster cluster = TestCluster.start(3);
                Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all"),
                        new StringSerializer(),
                        new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("facts", Optional.of(3), Optional.empty())))
                    .all()
                    .get();
            for (int broker = 0; broker < cluster.brokers(); broker++) {
                cluster.stopBroker(broker);
                for (int partition = 0; partition < 3; partition++) {
                    producer.send(new ProducerRecord<>("facts", partition, "key", "while " + broker + " was away"))
                            .get();
                }
                if (broker > 0) {
                    cluster.wipeBroker(broker);
                }
                cluster.startBroker(broker);
                cluster.awaitInSync(Duration.ofMinutes(1));
            }
            List<TopicPartition> partitions = List.of(
                    new TopicPartition("facts", 0), new TopicPartition("facts", 1), new TopicPartition("facts", 2));
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", cluster.bootstrapServers()),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                assertEquals(
                        Map.of(partitions.get(0), 3L, partitions.get(1), 3L, partitions.get(2), 3L),
                        consumer.endOffsets(partitions));
            }
        }
    }
}
