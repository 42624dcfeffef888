package io.marft.cli.options;

import io.marft.streaming.connect.ClientProperties;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** A cluster that is named, and how its clients are let in. */
public final class ClusterAddress {

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
            names = "--client-config",
            paramLabel = "FILE",
            defaultValue = "${MARFT_CLIENT_CONFIG:-}",
            description = "Properties file with the clients' settings of SASL and TLS, as Kafka's tools take by "
                    + "--command-config, and of the registry's client (schema.registry.*). "
                    + "Default: MARFT_CLIENT_CONFIG, or else none.")
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
