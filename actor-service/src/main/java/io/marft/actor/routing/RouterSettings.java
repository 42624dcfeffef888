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
 * @param keepEpisodes how long an episode may stay open, and how long a finished one is remembered
 * @param awaitTeam how long an observation waits for its team to become known
 */
public record RouterSettings(
        ClientSettings client, String instance, Path stateDirectory, Duration keepEpisodes, Duration awaitTeam) {

    private static final Duration LEAST_KEEP = Duration.ofSeconds(1);

    public RouterSettings {
        if (instance.isBlank()) {
            throw new IllegalArgumentException("router's instance must not be blank: give each router its own name");
        }
        if (keepEpisodes.compareTo(LEAST_KEEP) < 0) {
            throw new IllegalArgumentException(
                    "router's keepEpisodes must be at least " + LEAST_KEEP + ", got: " + keepEpisodes);
        }
        if (awaitTeam.isNegative()) {
            throw new IllegalArgumentException("router's awaitTeam must not be negative, got: " + awaitTeam);
        }
    }

    /** The first router, with an episode's time of 10 minutes and a team's of 10 seconds. */
    public RouterSettings(ClientSettings client, Path stateDirectory) {
        this(client, "0", stateDirectory, Duration.ofMinutes(10), Duration.ofSeconds(10));
    }
}
