package io.marft.reward.assemble;

import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.client.StreamsService;
import java.nio.file.Path;
import java.time.Duration;

/** Assembles closed episodes: a Kafka Streams application that writes {@code trajectories}. */
public final class AssembleService extends StreamsService {

    /** The service's name. */
    public static final String NAME = "assembler";
    /** How long an episode may take, unless said otherwise. */
    public static final Duration TIME_LIMIT = Duration.ofMinutes(5);

    /** With {@link #TIME_LIMIT}. */
    public AssembleService(ClientSettings settings, String instance, Path stateDirectory) {
        this(settings, instance, stateDirectory, TIME_LIMIT);
    }

    /**
     * @param instance this process's name among those that run this service
     * @param stateDirectory where Kafka Streams keeps its local files
     * @param limit how long an episode may take before it is closed as timed out, at least 10 ms
     */
    public AssembleService(ClientSettings settings, String instance, Path stateDirectory, Duration limit) {
        super(
                NAME,
                instance,
                AssembleTopology.build(settings.topics(), settings::codec, limit),
                settings.streams(NAME, stateDirectory));
    }
}
