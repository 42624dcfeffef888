package io.marft.actor.routing;

import io.marft.schemas.client.ClientSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a router runs.
 *
 * @param client the cluster
 * @param instance this router's name among those of the same prefix
 * @param stateDirectory where Kafka Streams keeps its lock and bookkeeping; the state itself is in memory and on the log
 * @param awaitTeam how long an observation waits for its team to become known
 */
public record RouterSettings(ClientSettings client, String instance, Path stateDirectory, Duration awaitTeam) {

    public RouterSettings {
        if (instance.isBlank()) {
            throw new IllegalArgumentException("router's instance must not be blank: give each router its own name");
        }
        if (awaitTeam.isNegative()) {
            throw new IllegalArgumentException("router's awaitTeam must not be negative, got: " + awaitTeam);
        }
    }

    /** The first router, which waits 10 seconds for a team. */
    public RouterSettings(ClientSettings client, Path stateDirectory) {
        this(client, "0", stateDirectory, Duration.ofSeconds(10));
    }
}
