package io.marft.actor.routing;

import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;

/**
 * How a router runs.
 *
 * @param client the cluster
 * @param instance this router's name among those of the same prefix
 * @param stateDirectory where Kafka Streams keeps its lock and bookkeeping; the state itself is in memory and on the log
 */
public record RouterSettings(ClientSettings client, String instance, Path stateDirectory) {

    public RouterSettings {
        if (instance.isBlank()) {
            throw new IllegalArgumentException("router's instance must not be blank: give each router its own name");
        }
    }

    /** Of the router with instance name 0. */
    public RouterSettings(ClientSettings client, Path stateDirectory) {
        this(client, "0", stateDirectory);
    }
}
