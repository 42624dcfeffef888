package io.marft.reward.score;

import io.marft.reward.verify.Verifiers;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StreamsService;
import java.nio.file.Path;

/** Scores answers by references: a Kafka Streams application that writes {@code rewards}. */
public final class ScoreService extends StreamsService {

    /** The service's name. */
    public static final String NAME = "reward";

    /** With the bundled verifiers. */
    public ScoreService(ClientSettings settings, String instance, Path stateDirectory) {
        this(settings, instance, stateDirectory, Verifiers.bundled());
    }

    /**
     * @param instance this process's name among those that run this service
     * @param stateDirectory where Kafka Streams keeps its local files
     */
    public ScoreService(ClientSettings settings, String instance, Path stateDirectory, Verifiers verifiers) {
        super(
                NAME,
                instance,
                ScoreTopology.build(settings.topics(), settings::codec, verifiers),
                settings.streams(NAME, stateDirectory));
    }
}
