package io.marft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import kafka.server.BrokerServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real KRaft cluster inside the test's own process, on free loopback ports, with its data in a temporary directory
 * that goes away on {@link #close()}. A broker may be stopped and started again, on its port and its data; the one
 * controller runs all the time.
 *
 * <p>Kafka's own test kit does the work. It is an internal API of Kafka; this class is the only one that touches it.
 * Topics are not created by being used, as in production. With three brokers everything has three replicas, two of which
 * must have a record before it counts as written, so that any one broker may be away.
 *
 * <p>Thread-safe after construction.
 */
public final class TestCluster implements AutoCloseable {

    /** What makes a directory a broker's: who it is, and what the controllers have told it. */
    private static final Set<String> KEPT = Set.of("meta.properties", "bootstrap.checkpoint", "__cluster_metadata-0");

    private final KafkaClusterTestKit kit;
    private final String bootstrapServers;

    private TestCluster(KafkaClusterTestKit kit) {
        this.kit = kit;
        this.bootstrapServers = kit.bootstrapServers();
    }

    /**
     * Starts a cluster and waits until every broker is ready.
     *
     * @param brokers how many brokers, at least 1, with ids from 0; one controller is added
     */
    public static TestCluster start(int brokers) {
        return start(brokers, Map.of());
    }

    /**
     * Starts a cluster and waits until every broker is ready.
     *
     * @param brokers how many brokers, at least 1, with ids from 0; one controller is added
     * @param overrides broker properties that go before this class's own
     * @throws IllegalStateException if the cluster does not come up
     */
    public static TestCluster start(int brokers, Map<String, String> overrides) {
        Map<String, String> properties = new TreeMap<>(defaults(brokers));
        properties.putAll(overrides);
        KafkaClusterTestKit kit = null;
        try {
            TestKitNodes nodes = new TestKitNodes.Builder()
                    .setBootstrapMetadataVersion(MetadataVersion.latestProduction())
                    .setNumControllerNodes(1)
                    .setNumBrokerNodes(brokers)
                    .build();
            KafkaClusterTestKit.Builder builder = new KafkaClusterTestKit.Builder(nodes);
            properties.forEach(builder::setConfigProp);
            kit = builder.build();
            kit.format();
            kit.startup();
            kit.waitForReadyBrokers();
            return new TestCluster(kit);
        } catch (Exception e) {
            closeQuietly(kit, e);
            throw new IllegalStateException("The test cluster of " + brokers + " brokers did not start: " + e, e);
        }
    }

    private static Map<String, String> defaults(int brokers) {
        String replicas = Integer.toString(Math.min(3, brokers));
        String inSync = brokers < 3 ? "1" : "2";
        Map<String, String> defaults = new TreeMap<>();
        defaults.put("auto.create.topics.enable", "false");
        defaults.put("default.replication.factor", replicas);
        defaults.put("min.insync.replicas", inSync);
        defaults.put("group.initial.rebalance.delay.ms", "0");
        defaults.put("offsets.topic.num.partitions", "3");
        defaults.put("offsets.topic.replication.factor", replicas);
        defaults.put("transaction.state.log.num.partitions", "3");
        defaults.put("transaction.state.log.replication.factor", replicas);
        defaults.put("transaction.state.log.min.isr", inSync);
        defaults.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        defaults.put("log.cleaner.dedupe.buffer.size", "2097152");
        return defaults;
    }

    private static void closeQuietly(KafkaClusterTestKit kit, Exception cause) {
        if (kit != null) {
            try {
                kit.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** All brokers' addresses, those of stopped ones included, as a client's {@code bootstrap.servers} takes them. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** How many brokers there are, those that are stopped included; their ids count from 0. */
    public int brokers() {
        return kit.brokers().size();
    }

    /** Stops a broker in an orderly way and waits until it is down; its data stay. */
    public void stopBroker(int id) {
        BrokerServer broker = broker(id);
        broker.shutdown();
        broker.awaitShutdown();
    }

    /** Deletes all records that a stopped broker holds, as if it had got a new disk; it keeps its name in the cluster. */
    public void wipeBroker(int id) {
        for (String logs : kit.nodes().brokerNodes().get(id).logDataDirectories()) {
            try (Stream<Path> entries = Files.list(Path.of(logs))) {
                entries.filter(entry -> !KEPT.contains(entry.getFileName().toString()))
                        .forEach(TestCluster::delete);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a stopped broker again, on the same port and data, and waits until it serves. */
    public void startBroker(int id) {
        broker(id).startup();
    }

    /**
     * Waits until every partition has all its replicas in sync, so that another broker may be stopped.
     *
     * @throws IllegalStateException if it does not come to that in time
     */
    public void awaitInSync(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            while (!inSync(admin)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("replicas were not in sync when " + patience + " were over");
                }
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    private static boolean inSync(Admin admin) {
        try {
            ListTopicsOptions all = new ListTopicsOptions().listInternal(true);
            Set<String> topics = admin.listTopics(all).names().get();
            return admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition ->
                            partition.isr().size() == partition.replicas().size());
        } catch (ExecutionException e) {
            return false; // A broker is on its way.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while replicas come in sync", e);
        }
    }

    private BrokerServer broker(int id) {
        BrokerServer broker = kit.brokers().get(id);
        if (broker == null) {
            throw new IllegalArgumentException("broker " + id + " is none of the cluster's: "
                    + kit.brokers().keySet());
        }
        return broker;
    }

    @Override
    public void close() {
        try {
            kit.close();
        } catch (Exception e) {
            throw new IllegalStateException("The test cluster did not stop: " + e, e);
        }
    }
}
