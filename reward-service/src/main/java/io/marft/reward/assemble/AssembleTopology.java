package io.marft.reward.assemble;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reward;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.StateSerde;
import io.marft.streaming.topology.KeyPlacement;
import io.marft.streaming.topology.TeamStore;
import io.marft.streaming.topology.TopologyParts;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/** The flow of assembly: {@code observations}, {@code actions} and {@code rewards} become {@code trajectories}. */
final class AssembleTopology {

    private static final String ASSEMBLE = "assemble";

    private AssembleTopology() {}

    /**
     * Builds the topology.
     *
     * @param names the names of topics
     * @param codecs makes a codec for each task and thread
     * @param placement says whether a record lies in its key's partition
     */
    static Topology build(TopicNames names, Supplier<RecordCodec> codecs, KeyPlacement placement) {
        Topology topology = new Topology();
        TopologyParts parts = new TopologyParts(AssembleService.NAME, names, codecs, placement);
        TeamStore.add(topology, names, codecs);
        String observations = parts.source(
                topology, Topic.OBSERVATIONS, Observation.class, Observation::getEpisode, TopologyParts.AWAIT_TEAMS);
        String actions =
                parts.source(topology, Topic.ACTIONS, Action.class, Action::getEpisode, TopologyParts.AWAIT_TEAMS);
        String rewards = parts.source(topology, Topic.REWARDS, Reward.class, Reward::getEpisode, ASSEMBLE);
        parts.awaitTeams(topology, observations, actions);
        topology.addProcessor(
                ASSEMBLE, () -> new AssembleProcessor(names, codecs.get()), TopologyParts.AWAIT_TEAMS, rewards);
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(AssembleProcessor.STORE),
                        Serdes.String(),
                        new StateSerde<>(AssemblyState.class)),
                ASSEMBLE);
        parts.sink(topology, Topic.TRAJECTORIES, ASSEMBLE);
        parts.deadLetters(topology, observations, actions, rewards, ASSEMBLE);
        return topology;
    }
}
