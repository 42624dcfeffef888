package io.marft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StreamsService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka Streams service by itself, on a real broker: what its threads' deaths come to. */
@Timeout(120)
class StreamsServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String IN = "in";
    private static final String OUT = "out";
    private static final String GLOBAL = "global";

    private static TestCluster cluster;
    private static ClientSettings client;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new ClientSettings(cluster.bootstrapServers(), "mock://streams", "marft");
        try (Admin admin = Admin.create(client.admin())) {
            admin.createTopics(List.of(
                            new NewTopic(IN, 1, (short) 1),
                            new NewTopic(OUT, 1, (short) 1),
                            new NewTopic(GLOBAL, 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Hands records on, after what it is told to do with each. */
    private static final class Passing extends ContextualProcessor<String, byte[], String, byte[]> {

        private final Runnable each;

        Passing(Runnable each) {
            this.each = each;
        }

        @Override
        public void process(Record<String, byte[]> record) {
            each.run();
            context().forward(record);
        }
    }

    private StreamsService service(String name, Runnable each, Runnable eachOfGlobal) {
        Topology topology = new Topology();
        topology.addSource("source", new StringDeserializer(), new ByteArrayDeserializer(), IN);
        topology.addProcessor("process", () -> new Passing(each), "source");
        topology.addSink("sink", OUT, new StringSerializer(), new ByteArraySerializer(), "process");
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("all"), Serdes.String(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                "global-source",
                new StringDeserializer(),
                new ByteArrayDeserializer(),
                GLOBAL,
                "global-process",
                () -> new ContextualProcessor<String, byte[], Void, Void>() {
                    @Override
                    public void process(Record<String, byte[]> record) {
                        eachOfGlobal.run();
                    }
                });
        return new StreamsService(name, "first", topology, client.streams(name, directory.resolve(name), (short) 1));
    }

    @Test
    void shouldEndWithItsReasonWhenTheThreadOfItsGlobalStoreDies() throws Exception {
        try (StreamsService service = service("teamless", () -> {}, () -> {
            throw new TimeoutException("no answer for the global store");
        })) {
            service.start();
            until(service::running);
            assertTrue(service.failure().isEmpty());

            write(GLOBAL, "bad");

            until(() -> service.failure().isPresent());
            String reason = chain(service.failure().orElseThrow());
            assertTrue(reason.contains("no answer for the global store"), reason);
            until(() -> !service.running());
        }
    }

    @Test
    void shouldReplaceAThreadAfterATroubleThatPasses() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (StreamsService service = service(
                "passing",
                () -> {
                    if (tries.getAndIncrement() == 0) {
                        throw new TimeoutException("no answer this once");
                    }
                },
                () -> {})) {
            service.start();
            write(IN, "one");

            until(() -> tries.get() >= 2);
            until(service::running);
            assertTrue(service.failure().isEmpty());
        }
    }

    @Test
    void shouldWriteUnderItsInstancesName() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        try (StreamsService service = service("named", seen::incrementAndGet, () -> {});
                Admin admin = Admin.create(client.admin())) {
            service.start();
            write(IN, "two");
            until(() -> seen.get() > 0);

            Set<String> ids = admin.listTransactions().all().get().stream()
                    .map(TransactionListing::transactionalId)
                    .filter(id -> id.contains("named"))
                    .collect(Collectors.toSet());
            assertEquals(Set.of("marft.named-first-1"), ids);
        }
    }

    private static String chain(Throwable error) {
        StringBuilder all = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            all.append(cause).append('\n');
        }
        return all.toString();
    }

    private static void write(String topic, String value) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("test"))) {
            producer.send(new ProducerRecord<>(topic, value, value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the condition did not come to hold in " + PATIENCE);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
