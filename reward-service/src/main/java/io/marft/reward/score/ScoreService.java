package io.marft.reward.score;

import io.marft.reward.verify.Verifiers;
import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.client.StreamsService;
import java.nio.file.Path;
import java.time.Duration;

/** Scores answers by references: a Kafka Streams application that writes {@code rewards}. */
public final class ScoreService extends StreamsService {

    /** The service's name. */
    public static final String NAME = "reward";
    /** How long a reference or an answer waits for the others, unless said otherwise. */
    public static final Duration TIME_LIMIT = Duration.ofMinutes(10);

    /** With the bundled verifiers and {@link #TIME_LIMIT}. */
    public ScoreService(ClientSettings settings, String instance, Path stateDirectory) {
        this(settings, instance, stateDirectory, Verifiers.bundled(), TIME_LIMIT);
    }

    /**
     * @param instance this process's name among those that run this service
     * @param stateDirectory where Kafka Streams keeps its local files
     * @param limit how long a reference or an answer waits for the others, at least 10 ms
     */
    public ScoreService(
            ClientSettings settings, String instance, Path stateDirectory, Verifiers verifiers, Duration limit) {
        super(
                NAME,
                instance,
                ScoreTopology.build(settings.topics(), settings::codec, verifiers, limit),
                settings.streams(NAME, stateDirectory));
    }
}
