package io.marft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader of the log against a real broker: transactions, compaction, and writers that write meanwhile. */
@Timeout(120)
class LogReaderIT {

    private static final Duration POLL = Duration.ofMillis(50);

    private static TestCluster cluster;
    private static ClientSettings client;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1, Map.of("log.cleaner.backoff.ms", "100"));
        client = new ClientSettings(cluster.bootstrapServers(), "mock://reader", "marft");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void create(String topic, int partitions, Map<String, String> configuration) throws Exception {
        try (Admin admin = Admin.create(client.admin())) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configuration)))
                    .all()
                    .get();
        }
    }

    /** A writer of transactions, each of some records of one partition. */
    private static final class Writer implements AutoCloseable {

        private final String topic;
        private final KafkaProducer<String, byte[]> producer;
        /** Each record has a time of its own, which tells that it is later than those before it. */
        private long time = System.currentTimeMillis();

        Writer(String topic) {
            this.topic = topic;
            this.producer = new KafkaProducer<>(client.transactionalProducer("writer-of-" + topic));
            producer.initTransactions();
        }

        Writer open(int partition, String... values) {
            producer.beginTransaction();
            for (String value : values) {
                var unused = producer.send(
                        new ProducerRecord<>(topic, partition, time++, "key", value.getBytes(StandardCharsets.UTF_8)));
            }
            producer.flush();
            return this;
        }

        void commit(int partition, String... values) {
            open(partition, values);
            producer.commitTransaction();
        }

        void abort(int partition, int records) {
            open(partition, IntStream.range(0, records).mapToObj(i -> "aborted").toArray(String[]::new));
            producer.abortTransaction();
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    private static String text(ConsumerRecord<String, byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static List<String> texts(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream().map(LogReaderIT::text).toList();
    }

    private static List<String> all(LogReader reader) {
        List<String> values = new ArrayList<>();
        reader.readToEnd(record -> values.add(text(record)));
        return values;
    }

    @Test
    void shouldFindTheLastRecordsBehindAbortedTransactions() throws Exception {
        create("aborted", 1, Map.of());
        try (Writer writer = new Writer("aborted");
                LogReader reader = LogReader.atBeginning(client, List.of("aborted"))) {
            writer.commit(0, "a", "b");
            writer.abort(0, 700);
            writer.commit(0, "c");
            writer.abort(0, 300);

            assertEquals(List.of("b", "c"), texts(reader.last(2)));
            assertEquals(List.of("a", "b", "c"), texts(reader.last(10)));
            assertEquals(List.of(), reader.last(0));
        }
    }

    @Test
    void shouldFindTheLastRecordsOfSeveralPartitionsAndGoOnBehindThem() throws Exception {
        create("several", 3, Map.of());
        try (Writer writer = new Writer("several");
                LogReader reader = LogReader.atBeginning(client, List.of("several"))) {
            for (int i = 0; i < 30; i++) {
                writer.commit(i % 2, "old " + i); // And none on the third partition.
            }
            assertEquals(List.of("old 27", "old 28", "old 29"), texts(reader.last(3)));

            writer.commit(2, "new");
            List<String> seen = new ArrayList<>();
            while (seen.isEmpty()) {
                reader.poll(POLL).forEach(record -> seen.add(text(record)));
            }
            assertEquals(List.of("new"), seen);
            assertEquals(List.of("old 28", "old 29", "new"), texts(reader.last(3)));
        }
    }

    @Test
    void shouldReadTheEndOfACompactedTopic() throws Exception {
        create(
                "compacted",
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.ms", "50",
                        "min.cleanable.dirty.ratio", "0.01",
                        "max.compaction.lag.ms", "50"));
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("compacted"));
                LogReader reader = LogReader.atBeginning(client, List.of("compacted"))) {
            producer.send(new ProducerRecord<>("compacted", "first", new byte[] {'f'}))
                    .get();
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            for (int round = 0; records.isEmpty() || records.size() >= 200 * round; round++) {
                for (int i = 0; i < 200; i++) {
                    var unused = producer.send(new ProducerRecord<>("compacted", "again", new byte[] {'a'}));
                }
                producer.flush();
                TimeUnit.MILLISECONDS.sleep(
                        300); // The next record begins a segment, and the cleaner takes the last one.
                producer.send(new ProducerRecord<>("compacted", "again", new byte[] {'z'}))
                        .get();
                records.clear();
                reader.open(List.of("compacted"));
                reader.readToEnd(records::add);
            }

            List<ConsumerRecord<String, byte[]>> last = reader.last(1000);
            assertEquals("first", last.get(0).key(), "the walk came to the beginning, over the gap");
            assertEquals("z", text(last.get(last.size() - 1)));
            assertEquals(List.of("z"), texts(reader.last(1)));
        }
    }

    @Test
    void shouldReadAnEmptyTopicAndFollowItFromItsEnd() throws Exception {
        create("empty", 2, Map.of());
        try (Writer writer = new Writer("empty");
                LogReader reader = LogReader.atEnd(client, List.of("empty"))) {
            assertEquals(List.of(), all(reader));
            assertEquals(List.of(), reader.last(5));
            assertTrue(reader.seekBefore(reader.readable(), 10));

            writer.commit(1, "first");
            assertEquals(List.of("first"), all(reader));
            assertEquals(List.of(), all(reader));
        }
    }

    @Test
    void shouldBeginAtTheEndOfWhatIsThere() throws Exception {
        create("end", 1, Map.of());
        try (Writer writer = new Writer("end")) {
            writer.commit(0, "before");
            try (LogReader settling = LogReader.atBeginning(client, List.of("end"))) {
                assertEquals(List.of("before"), all(settling));
            }
            try (LogReader reader = LogReader.atEnd(client, List.of("end"))) {
                writer.commit(0, "after");
                assertEquals(List.of("after"), all(reader));
            }
        }
    }

    /** Reading to an end that has moved on meanwhile leaves what lies behind it to the next reading. */
    @Test
    void shouldMissNoRecordAndReadNoneTwiceWhileOthersWrite() throws Exception {
        create("written", 3, Map.of());
        int transactions = 400;
        Map<Integer, List<String>> expected = new HashMap<>();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            Random random = new Random(1);
            try (Writer writer = new Writer("written")) {
                for (int i = 0; i < transactions; i++) {
                    int partition = random.nextInt(3);
                    if (random.nextInt(4) == 0) {
                        writer.abort(partition, 3);
                    } else {
                        String[] values = {i + "a", i + "b"};
                        writer.commit(partition, values);
                        expected.computeIfAbsent(partition, absent -> new ArrayList<>())
                                .addAll(List.of(values));
                    }
                    begun.countDown();
                }
            }
        });
        Map<Integer, List<String>> seen = new HashMap<>();
        begun.await();
        try (LogReader reader = LogReader.atBeginning(client, List.of("written"))) {
            Random random = new Random(2);
            boolean done = false;
            while (!done) {
                done = writing.isDone();
                if (random.nextBoolean()) {
                    reader.readToEnd(record -> add(seen, record));
                } else {
                    reader.poll(Duration.ofMillis(5)).forEach(record -> add(seen, record));
                }
                if (random.nextInt(5) == 0) {
                    var unused = reader.at(new TopicPartition("written", random.nextInt(3)), random.nextInt(50));
                }
            }
            writing.join();
            reader.readToEnd(record -> add(seen, record));
        }
        assertEquals(expected, seen);
    }

    private static void add(Map<Integer, List<String>> seen, ConsumerRecord<String, byte[]> record) {
        seen.computeIfAbsent(record.partition(), absent -> new ArrayList<>()).add(text(record));
    }

    @Test
    void shouldLookAtOnePlaceAndComeBack() throws Exception {
        create("places", 2, Map.of());
        try (Writer writer = new Writer("places");
                LogReader reader = LogReader.atBeginning(client, List.of("places"))) {
            writer.commit(0, "zero", "one"); // Its marker has offset 2.
            writer.abort(0, 1); // Offset 3, and its marker.
            writer.commit(0, "five");
            reader.readToEnd(record -> {});
            writer.commit(0, "seven");

            TopicPartition partition = new TopicPartition("places", 0);
            assertEquals(Optional.of("one"), reader.at(partition, 1).map(LogReaderIT::text));
            for (long offset : List.of(2L, 3L, 4L, 99L)) {
                assertEquals(Optional.empty(), reader.at(partition, offset), "offset " + offset);
            }
            assertEquals(Optional.empty(), reader.at(new TopicPartition("places", 7), 0));
            assertEquals(List.of("seven"), all(reader), "it goes on where it stood");
        }
    }

    @Test
    void shouldStandBeforeTheEndAndSayWhetherThatIsAll() throws Exception {
        create("before", 1, Map.of());
        try (Writer writer = new Writer("before");
                LogReader reader = LogReader.atBeginning(client, List.of("before"))) {
            writer.commit(0, "a", "b", "c"); // With its marker four offsets.
            Map<TopicPartition, Long> ends = reader.written();

            assertFalse(reader.seekBefore(ends, 2));
            assertEquals(List.of("c"), all(reader));
            assertTrue(reader.seekBefore(ends, 4));
            assertEquals(List.of("a", "b", "c"), all(reader));
            assertTrue(reader.reached(ends));
        }
    }

    @Test
    void shouldWaitForAnOpenTransactionOnlyWhereAllIsToBeRead() throws Exception {
        create("open", 1, Map.of());
        try (Writer writer = new Writer("open");
                LogReader reader = LogReader.atBeginning(client, List.of("open"))) {
            writer.commit(0, "done");
            writer.open(0, "under way");

            assertEquals(List.of("done"), texts(reader.last(5)));

            reader.open(List.of("open"));
            CountDownLatch seen = new CountDownLatch(1);
            List<String> values = new ArrayList<>();
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> reader.readToEnd(record -> {
                values.add(text(record));
                seen.countDown();
            }));
            seen.await();
            assertFalse(reading.isDone());
            writer.producer.commitTransaction();
            reading.join();
            assertEquals(List.of("done", "under way"), values);
        }
    }

    @Test
    void shouldEndAReadingThatIsWokenOrInterrupted() throws Exception {
        create("waiting", 1, Map.of());
        try (Writer writer = new Writer("waiting");
                LogReader reader = LogReader.atBeginning(client, List.of("waiting"))) {
            writer.open(0, "for ever under way");
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> reader.readToEnd(record -> {}));
            reader.wakeup();
            CompletionException woken = assertThrows(CompletionException.class, reading::join);
            assertEquals(WakeupException.class, woken.getCause().getClass());

            Thread.currentThread().interrupt();
            assertThrows(InterruptException.class, () -> reader.poll(POLL));
            assertTrue(Thread.interrupted(), "the thread stays interrupted");
        }
    }

    @Test
    void shouldSayWhatToDoWhereATopicIsMissing() {
        IllegalStateException missing = assertThrows(
                IllegalStateException.class, () -> LogReader.atBeginning(client, List.of("marft.nowhere")));
        assertEquals(
                "topic marft.nowhere does not exist: `marft topics` lists those that do, and `marft provision` creates those"
                        + " that are missing",
                missing.getMessage());
    }
}
