package io.marft.local;

import io.marft.testkit.TestCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a cluster inside the test's process, with the registry that the local stack runs. */
class InProcessBackboneIT extends BackboneContract {

    private static TestCluster cluster;
    private static LocalRegistry registry;

    @BeforeAll
    static void start(@TempDir Path directory) {
        cluster = TestCluster.start(1);
        registry = LocalRegistry.start(Installation.find().registry(), directory, cluster.bootstrapServers(), 0);
        registry.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Override
    String bootstrapServers() {
        return cluster.bootstrapServers();
    }

    @Override
    String registryUrl() {
        return registry.url();
    }
}
