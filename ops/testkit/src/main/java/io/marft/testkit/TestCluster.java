package io.marft.testkit;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real KRaft cluster inside the test's own process, on free loopback ports, with its data in a temporary directory
 * that goes away on {@link #close()}.
 *
 * <p>Kafka's own test kit does the work. It is an internal API of Kafka; this class is the only one that touches it.
 * Topics are not created by being used, as in production.
 *
 * <p>Thread-safe after construction.
 */
public final class TestCluster implements AutoCloseable {

    private final KafkaClusterTestKit kit;

    private TestCluster(KafkaClusterTestKit kit) {
        this.kit = kit;
    }

    /**
     * Starts a cluster and waits until every broker is ready.
     *
     * @param brokers how many brokers, at least 1; one controller is added
     */
    public static TestCluster start(int brokers) {
        return start(brokers, Map.of());
    }

    /**
     * Starts a cluster and waits until every broker is ready.
     *
     * @param brokers how many brokers, at least 1; one controller is added
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
        return Map.of(
                "auto.create.topics.enable", "false",
                "group.initial.rebalance.delay.ms", "0",
                "offsets.topic.num.partitions", "3",
                "offsets.topic.replication.factor", replicas,
                "transaction.state.log.num.partitions", "3",
                "transaction.state.log.replication.factor", replicas,
                "transaction.state.log.min.isr", "1",
                "log.cleaner.dedupe.buffer.size", "2097152");
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

    /** The brokers' addresses, as a client's {@code bootstrap.servers} takes them. */
    public String bootstrapServers() {
        return kit.bootstrapServers();
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
