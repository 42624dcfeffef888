package io.marft.cli;

import io.marft.local.RunningStack;
import io.marft.schemas.client.ClientSettings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: the one that is named, or else the local stack that runs. */
final class ClusterOptions {

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "${MARFT_BOOTSTRAP_SERVERS:-}",
            description = "Kafka's address. Default: MARFT_BOOTSTRAP_SERVERS, or else the running local stack's.")
    private String bootstrapServers;

    @Option(
            names = "--registry-url",
            paramLabel = "URL",
            defaultValue = "${MARFT_REGISTRY_URL:-}",
            description = "Base URL of the schema registry. Default: MARFT_REGISTRY_URL, or else the local stack's.")
    private String registryUrl;

    @Option(
            names = "--prefix",
            defaultValue = "${MARFT_PREFIX:-marft}",
            description = "Prefix of topics, groups and transactional ids. Default: MARFT_PREFIX, or else marft.")
    private String prefix;

    @Option(
            names = "--data-dir",
            paramLabel = "DIRECTORY",
            defaultValue = "${MARFT_DATA_DIR:-.marft}",
            description = "Where the local stack keeps its data. Default: MARFT_DATA_DIR, or else .marft.")
    private Path dataDirectory;

    Path dataDirectory() {
        return dataDirectory;
    }

    /** Whether a cluster is named, so that the local stack does not matter. */
    boolean named() {
        return !bootstrapServers.isBlank();
    }

    /**
     * The cluster.
     *
     * @throws io.marft.local.StackException if none is named and no local stack runs on the data directory
     */
    ClientSettings client() {
        if (!named()) {
            return RunningStack.require(dataDirectory).client();
        }
        if (registryUrl.isBlank()) {
            throw new IllegalArgumentException(
                    "registry URL is missing: give --registry-url or MARFT_REGISTRY_URL beside the bootstrap servers");
        }
        return new ClientSettings(bootstrapServers, registryUrl, prefix);
    }
}
