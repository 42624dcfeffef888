package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalBrokerIT {

    private static final TopicPartition FACTS = new TopicPartition("facts", 0);

    /** Without the fencing before a start, one of the first three kills left a transaction open. */
    private static final int LIVES = 6;

    @TempDir
    Path directory;

    @Test
    void shouldKeepDataAndAddressFromRunToRun() throws Exception {
        String address;
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            address = broker.bootstrapServers();
            createTopic(address);
            write(address, "first");
        }
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            assertEquals(address, broker.bootstrapServers());
            write(address, "second");
            assertEquals(List.of("first", "second"), read(address, 2));
        }
    }

    @Test
    void shouldKeepWhatWasCommittedBeforeAKill() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            createTopic(broker.bootstrapServers());
            write(broker.bootstrapServers(), "committed");
            KafkaProducer<String, String> unfinished = producer(broker.bootstrapServers());
            unfinished.initTransactions();
            unfinished.beginTransaction();
            unfinished.send(new ProducerRecord<>("facts", "never committed")).get();
            broker.kill();
            unfinished.close(Duration.ZERO);
        }
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            write(broker.bootstrapServers(), "after the kill");
            assertEquals(List.of("committed", "after the kill"), read(broker.bootstrapServers(), 2));
        }
    }

    @Test
    void shouldCompleteWhatWasBeingCommittedWhenItWasKilled() throws Exception {
        ExecutorService writers = Executors.newCachedThreadPool();
        try {
            for (int life = 0; life < LIVES; life++) {
                try (BrokerProcess broker = BrokerProcess.start(directory)) {
                    String address = broker.bootstrapServers();
                    if (life == 0) {
                        createTopic(address);
                    }
                    List<KafkaProducer<String, String>> producers = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        producers.add(producer(address, "writer-" + i));
                        producers.get(i).initTransactions(); // Waits until its last transaction is completed.
                    }
                    assertEquals(
                            end(address, IsolationLevel.READ_UNCOMMITTED),
                            end(address, IsolationLevel.READ_COMMITTED),
                            "a transaction is open after " + life + " kills");
                    Semaphore commits = new Semaphore(0);
                    producers.forEach(producer -> writers.execute(() -> commitForEver(producer, commits)));
                    assertTrue(commits.tryAcquire(50, 30, TimeUnit.SECONDS), "nobody commits");
                    broker.kill();
                    producers.forEach(producer -> producer.close(Duration.ZERO));
                }
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private static void commitForEver(KafkaProducer<String, String> producer, Semaphore commits) {
        try {
            while (true) {
                producer.beginTransaction();
                var unused = producer.send(new ProducerRecord<>("facts", "value"));
                producer.commitTransaction();
                commits.release();
            }
        } catch (KafkaException | IllegalStateException e) {
            // The broker was killed.
        }
    }

    private static long end(String address, IsolationLevel isolation) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            return admin.listOffsets(Map.of(FACTS, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                    .partitionResult(FACTS)
                    .get()
                    .offset();
        }
    }

    @Test
    void shouldSayInOneLineThatThePortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StackException e =
                    assertThrows(StackException.class, () -> LocalBroker.start(directory, taken.getLocalPort()));
            assertTrue(e.getMessage().startsWith("port " + taken.getLocalPort() + " for the broker is in use"));
            assertEquals(1, e.getMessage().lines().count());
        }
    }

    private static void createTopic(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic("facts", 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static KafkaProducer<String, String> producer(String address) {
        return producer(address, "writer");
    }

    private static KafkaProducer<String, String> producer(String address, String id) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "transactional.id", id, "retry.backoff.ms", 5),
                new StringSerializer(),
                new StringSerializer());
    }

    private static void write(String address, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(address)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("facts", value)).get();
            producer.commitTransaction();
        }
    }

    /** Reads until so many values are there, or 30 seconds have passed. */
    private static List<String> read(String address, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(FACTS));
            consumer.seekToBeginning(List.of(FACTS));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
