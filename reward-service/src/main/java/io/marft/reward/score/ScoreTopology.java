package io.marft.reward.score;

import io.marft.reward.verify.Verifier;
import io.marft.schemas.catalogue.ByName;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.StateSerde;
import io.marft.streaming.topology.KeyPlacement;
import io.marft.streaming.topology.TeamStore;
import io.marft.streaming.topology.TopologyParts;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The flow of scoring: {@code references}, {@code actions} and {@code observations}, joined by episode, become
 * {@code rewards}.
 */
final class ScoreTopology {

    private static final String SCORE = "score";

    private ScoreTopology() {}

    /**
     * Builds the topology.
     *
     * @param names the names of topics
     * @param codecs makes a codec for each task and thread
     * @param placement says whether a record lies in its key's partition
     * @param verifiers those that references may name
     */
    static Topology build(
            TopicNames names, Supplier<RecordCodec> codecs, KeyPlacement placement, ByName<Verifier> verifiers) {
        Topology topology = new Topology();
        TopologyParts parts = new TopologyParts(ScoreService.NAME, names, codecs, placement);
        TeamStore.add(topology, names, codecs);
        String references = parts.source(topology, Topic.REFERENCES, Reference.class, Reference::getEpisode, SCORE);
        String actions =
                parts.source(topology, Topic.ACTIONS, Action.class, Action::getEpisode, TopologyParts.AWAIT_TEAMS);
        String observations = parts.source(
                topology, Topic.OBSERVATIONS, Observation.class, Observation::getEpisode, TopologyParts.AWAIT_TEAMS);
        parts.awaitTeams(topology, actions, observations);
        topology.addProcessor(
                SCORE, () -> new ScoreProcessor(names, codecs.get(), verifiers), references, TopologyParts.AWAIT_TEAMS);
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(ScoreProcessor.STORE),
                        Serdes.String(),
                        new StateSerde<>(ScoringState.class)),
                SCORE);
        parts.sink(topology, Topic.REWARDS, SCORE);
        parts.deadLetters(topology, references, actions, observations, SCORE);
        return topology;
    }
}
