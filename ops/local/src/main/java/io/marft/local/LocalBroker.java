package io.marft.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A real Kafka broker (KRaft, broker and controller in one) inside this process, on loopback, with its data kept in a
 * directory from run to run. After {@code kill -9} the next start recovers the log as Kafka always does: what was
 * committed is there, and open transactions are aborted.
 *
 * <p>These are internal classes of Kafka; this class is the only one that touches them. Thread-safe.
 */
public final class LocalBroker implements AutoCloseable {

    private static final String NODE = "1";
    private static final Duration FENCING = Duration.ofSeconds(10);

    private final KafkaRaftServer server;
    private final String address;

    private LocalBroker(KafkaRaftServer server, String address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Formats the directory if it is new, and starts the broker.
     *
     * @param directory where its data and settings lie; created if it is not there
     * @param port the port to listen on at 127.0.0.1, or 0 for a free one, which is then kept
     * @throws StackException if it cannot start
     */
    public static LocalBroker start(Path directory, int port) {
        try {
            Files.createDirectories(directory);
            int chosen = Ports.choose(directory.resolve("port"), port, "the broker");
            int controller = Ports.choose(directory.resolve("controller-port"), 0, "the controller");
            String address = "127.0.0.1:" + chosen;
            Properties properties = properties(directory, address, "127.0.0.1:" + controller);
            Path file = directory.resolve("server.properties");
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, "Written at each start by marft; changes are lost.");
            }
            if (!format(directory, file) && !Files.exists(directory.resolve("log/.kafka_cleanshutdown"))) {
                fence(properties);
            }
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
            server.startup();
            return new LocalBroker(server, address);
        } catch (IOException e) {
            throw new StackException("broker's directory " + directory + " cannot be written: " + e, e);
        }
    }

    private static Properties properties(Path directory, String address, String controller) {
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", NODE);
        properties.setProperty("listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller);
        properties.setProperty("advertised.listeners", "PLAINTEXT://" + address);
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("controller.quorum.voters", NODE + "@" + controller);
        properties.setProperty("log.dirs", directory.resolve("log").toString());
        properties.setProperty("auto.create.topics.enable", "false");
        // One node keeps the only replica of everything.
        properties.setProperty("default.replication.factor", "1");
        properties.setProperty("min.insync.replicas", "1");
        properties.setProperty("offsets.topic.replication.factor", "1");
        properties.setProperty("offsets.topic.num.partitions", "4");
        properties.setProperty("transaction.state.log.replication.factor", "1");
        properties.setProperty("transaction.state.log.min.isr", "1");
        properties.setProperty("transaction.state.log.num.partitions", "4");
        // Consumer positions are part of the proof that nothing is trained twice: they outlive any pause between runs.
        properties.setProperty("offsets.retention.minutes", Integer.toString(Integer.MAX_VALUE));
        // After kill -9, transactions that nobody resumes must not hold up readers for long.
        properties.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        properties.setProperty("group.initial.rebalance.delay.ms", "0");
        // Of the former self of one that was killed, the controller has taken note before: see fence.
        properties.setProperty("broker.session.timeout.ms", "5000");
        properties.setProperty("broker.heartbeat.interval.ms", "1000");
        // Small enough that compaction reaches old checkpoints, and a heap that suits a laptop.
        properties.setProperty("log.segment.bytes", Integer.toString(64 << 20));
        properties.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
        properties.setProperty("num.network.threads", "2");
        properties.setProperty("num.io.threads", "4");
        properties.setProperty("num.recovery.threads.per.data.dir", "2");
        return properties;
    }

    /**
     * Lets the controller take note, before the broker starts again, that its former self is gone: its partitions have no
     * leader then. A broker that starts as their leader, as the log of a killed one says, is a coordinator of transactions
     * at once, and goes on writing the markers of those that were being completed; when the controller then takes the
     * leadership away for a moment, Kafka (4.3) takes the partitions for deleted and leaves their markers out, and readers of
     * committed records wait there for ever.
     */
    private static void fence(Properties broker) {
        Properties alone = new Properties();
        alone.putAll(broker);
        alone.setProperty("process.roles", "controller");
        alone.setProperty("listeners", broker.getProperty("listeners").replaceFirst("^[^,]*,", ""));
        alone.remove("advertised.listeners");
        alone.setProperty("broker.session.timeout.ms", "1000");
        alone.setProperty("broker.heartbeat.interval.ms", "500");
        KafkaRaftServer controller = new KafkaRaftServer(KafkaConfig.fromProps(alone), Time.SYSTEM);
        controller.startup();
        try {
            // One that was killed before it had ever registered will not be fenced.
            long deadline = System.nanoTime() + FENCING.toNanos();
            while (fencedBrokers() == 0 && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(20_000_000);
            }
        } finally {
            controller.shutdown();
            controller.awaitShutdown();
        }
    }

    private static int fencedBrokers() {
        try {
            return (Integer) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(
                            new ObjectName("kafka.controller:type=KafkaController,name=FencedBrokerCount"), "Value");
        } catch (InstanceNotFoundException e) {
            return 0; // The controller is not so far yet.
        } catch (JMException e) {
            throw new IllegalStateException("controller's count of fenced brokers cannot be read", e);
        }
    }

    /** Whether the directory was new. */
    private static boolean format(Path directory, Path properties) {
        if (Files.exists(directory.resolve("log").resolve("meta.properties"))) {
            return false;
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        int status;
        try (PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            status = StorageTool.execute(
                    new String[] {
                        "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", properties.toString()
                    },
                    stream);
        } catch (RuntimeException e) {
            throw new StackException("broker's directory " + directory + " cannot be formatted: " + e.getMessage(), e);
        }
        if (status != 0) {
            throw new StackException("broker's directory " + directory + " cannot be formatted: "
                    + output.toString(StandardCharsets.UTF_8).strip());
        }
        return true;
    }

    /** The broker's address, as a client's {@code bootstrap.servers} takes it. */
    public String bootstrapServers() {
        return address;
    }

    /** Stops in an orderly way; the data stay. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
