package io.marft.reward.score;

import io.marft.reward.verify.Verifiers;
import io.marft.schemas.catalogue.Role;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StreamsService;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.streaming.topology.KeyPlacement;
import java.nio.file.Path;

/** Scores answers by references: a Kafka Streams application that writes {@code rewards}. */
public final class ScoreService extends StreamsService {

    /** The service's name. */
    public static final String NAME = Role.REWARD.label();

    /**
     * With the verifiers on the class path.
     *
     * @param instance this process's name among those that run this service
     * @param stateDirectory where Kafka Streams keeps its local files
     * @throws IllegalArgumentException if a verifier cannot be used, or two have the same name
     */
    public ScoreService(ClientSettings settings, String instance, Path stateDirectory) {
        super(
                NAME,
                instance,
                ScoreTopology.build(
                        settings.topics(), settings::codec, KeyPlacement.on(settings), Verifiers.onClassPath()),
                settings.streams(NAME, stateDirectory, TopicProvisioner.replication(settings)));
    }
}
