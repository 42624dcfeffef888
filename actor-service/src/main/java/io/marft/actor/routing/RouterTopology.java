package io.marft.actor.routing;

import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.StateSerde;
import io.marft.streaming.topology.KeyPlacement;
import io.marft.streaming.topology.RefusedTeams;
import io.marft.streaming.topology.TeamStore;
import io.marft.streaming.topology.TopologyParts;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The router's topology:
 *
 * <pre>
 * observations → decode → await ┐         ┌→ turns.&lt;team&gt;.&lt;agent&gt;
 *                         teams ├→ router ┼→ observations (the next step of a team that retries)
 * actions ─────→ decode ────────┘  │      └→ dead-letters ← decode
 *                              episodes        teams (global store)
 * </pre>
 *
 * Each record that is read is one transaction with the state it changed and the turns, observations and dead letters it
 * made.
 */
public final class RouterTopology {

    static final String SERVICE = Role.ROUTER.label();
    static final String ROUTER = "route";
    static final String TURNS = "turns";
    /** The sink of observations that open or end steps; the source has the topic's own name. */
    static final String STEPS = "steps";
    /** Store of {@link OpenEpisode} by episode. */
    static final String EPISODES = "episodes";
    /** Store of one entry under the store's own name: the last dead letter of a team's record, without its value. */
    static final String REJECTED_TEAMS = "rejected-teams";

    private RouterTopology() {}

    /**
     * Builds the topology.
     *
     * @param names the names of topics
     * @param codecs makes a codec for each task and thread
     * @param placement says whether a record lies in its key's partition
     */
    public static Topology build(TopicNames names, Supplier<RecordCodec> codecs, KeyPlacement placement) {
        Topology topology = new Topology();
        RefusedTeams refusedTeams = new RefusedTeams(SERVICE);
        TopologyParts parts = new TopologyParts(SERVICE, names, codecs, placement);
        String observations = parts.source(
                topology, Topic.OBSERVATIONS, Observation.class, Observation::getEpisode, TopologyParts.AWAIT_TEAMS);
        String actions = parts.source(topology, Topic.ACTIONS, Action.class, Action::getEpisode, ROUTER);
        parts.awaitTeams(topology, observations);
        topology.addProcessor(
                ROUTER,
                () -> new RouterProcessor(names, codecs.get(), refusedTeams),
                TopologyParts.AWAIT_TEAMS,
                actions);
        topology.addStateStore(store(EPISODES, OpenEpisode.class), ROUTER);
        topology.addStateStore(store(REJECTED_TEAMS, DeadLetter.class), ROUTER);
        TeamStore.add(topology, names, codecs, refusedTeams);
        parts.<Turn>sink(topology, TURNS, (key, turn, context) -> names.turns(turn.getTeam(), turn.getAgent()), ROUTER);
        parts.<Observation>sink(topology, STEPS, (key, step, context) -> names.of(Topic.OBSERVATIONS), ROUTER);
        parts.deadLetters(topology, observations, actions, ROUTER);
        return topology;
    }

    private static <T extends SpecificRecord> StoreBuilder<KeyValueStore<String, T>> store(String name, Class<T> type) {
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), new StateSerde<>(type))
                .withLoggingEnabled(Map.of());
    }
}
