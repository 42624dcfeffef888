package io.marft.reward.assemble;

import io.marft.schemas.catalogue.Role;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StreamsService;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.streaming.topology.KeyPlacement;
import java.nio.file.Path;

/** Assembles closed episodes: a Kafka Streams application that writes {@code trajectories}. */
public final class AssembleService extends StreamsService {

    /** The service's name. */
    public static final String NAME = Role.ASSEMBLER.label();

    /**
     * @param instance this process's name among those that run this service
     * @param stateDirectory where Kafka Streams keeps its local files
     */
    public AssembleService(ClientSettings settings, String instance, Path stateDirectory) {
        super(
                NAME,
                instance,
                AssembleTopology.build(settings.topics(), settings::codec, KeyPlacement.on(settings)),
                settings.streams(NAME, stateDirectory, TopicProvisioner.replication(settings)));
    }
}
