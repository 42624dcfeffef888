package io.marft.cli.options;

import io.marft.streaming.connect.ClientProperties;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** A cluster that is named, and how its clients are let in. */
public final class ClusterAddress {

    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT", descriptionKey = "cluster.bootstrap-servers")
    private String bootstrapServers;

    @Option(names = "--registry-url", paramLabel = "URL", descriptionKey = "cluster.registry-url")
    private String registryUrl;

    @Option(names = "--prefix", paramLabel = "PREFIX", descriptionKey = "cluster.prefix")
    private String prefix;

    @Option(names = "--client-config", paramLabel = "FILE", descriptionKey = "cluster.client-config")
    private String clientConfig;

    /** Whether a cluster is named, so that the local stack does not matter. */
    public boolean named() {
        return !bootstrapServers.isBlank();
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public String prefix() {
        return prefix;
    }

    /**
     * The cluster that is named.
     *
     * @throws IllegalArgumentException if its registry is not named, or a client's setting cannot be used
     */
    public ClientSettings client() {
        if (registryUrl.isBlank()) {
            throw new IllegalArgumentException(
                    "registry URL is missing: give --registry-url or MARFT_REGISTRY_URL beside the bootstrap servers");
        }
        Map<String, String> properties = new HashMap<>(ClientProperties.of(System.getenv()));
        if (!clientConfig.isBlank()) {
            properties.putAll(ClientProperties.read(Path.of(clientConfig)));
        }
        return new ClientSettings(bootstrapServers, registryUrl, prefix, properties);
    }
}
