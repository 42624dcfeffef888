package io.marft.streaming.topology;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RecordSerializer;
import io.marft.schemas.wire.StateSerde;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.state.Stores;

/**
 * The parts that every topology of the system consists of: sources that decode inside the topology, sinks that encode, and
 * the sink of dead letters. Nodes have the names of their topics.
 *
 * <p>A topology is built in the order of its flow. Each source names the processor behind it. That processor is added next,
 * with the names that the sources returned as its parents. The sinks come last.
 */
public final class TopologyParts {

    /**
     * The most bytes of key, value and headers that a topology takes. What is made of a record, such as a turn, holds it, and
     * must itself fit the 1 MiB that a broker takes.
     */
    public static final int MOST_BYTES = 256 * 1024;

    /** The name of the node that takes dead letters. */
    public static final String DEAD_LETTERS = "dead-letters";

    /** The name of the node that {@link #awaitTeams} adds, for sources to name as their next. */
    public static final String AWAIT_TEAMS = "await-teams";

    /** How long a record waits for its team. */
    public static final Duration AWAIT_TEAM = Duration.ofSeconds(10);

    private final String service;
    private final TopicNames names;
    private final Supplier<RecordCodec> codecs;
    private final KeyPlacement placement;

    /**
     * @param service the service's name in dead letters
     * @param names the names of topics
     * @param codecs makes a codec for each task
     * @param placement says whether a record lies in its key's partition
     */
    public TopologyParts(String service, TopicNames names, Supplier<RecordCodec> codecs, KeyPlacement placement) {
        this.service = service;
        this.names = names;
        this.codecs = codecs;
        this.placement = placement;
    }

    /**
     * Adds a topic's source with its decoder.
     *
     * @param key the key that a record of this value must have
     * @param next the name of the processor that takes each usable record as a {@link Received}. It must name the returned
     *     node as a parent
     * @return the decoder's name; a parent of {@code next} and of {@link #deadLetters}
     */
    public <T extends SpecificRecord> String source(
            Topology topology, Topic topic, Class<T> type, Function<T, String> key, String next) {
        if (topic.type() != type) {
            throw new IllegalArgumentException("topic " + topic + " holds " + topic.type() + ", not " + type);
        }
        String source = topic.suffix();
        String decoder = "decode-" + source;
        topology.addSource(source, new KeyText.KeyDeserializer(), new ByteArrayDeserializer(), names.of(topic));
        topology.addProcessor(
                decoder, () -> new DecodingProcessor<>(service, names, type, key, next, codecs, placement), source);
        return decoder;
    }

    /**
     * Adds the node {@link #AWAIT_TEAMS} with its store. It hands an observation or action on as soon as its team is known,
     * and after {@link #AWAIT_TEAM} at the latest.
     *
     * @param parents the decoders of observations and actions
     */
    public void awaitTeams(Topology topology, String... parents) {
        topology.addProcessor(AWAIT_TEAMS, () -> new TeamWait(service, names, codecs.get()), parents);
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(TeamWait.STORE),
                        Serdes.String(),
                        new StateSerde<>(DeadLetter.class)),
                AWAIT_TEAMS);
    }

    /** Adds a topic's sink, which encodes records. Its name is the topic's suffix. */
    public void sink(Topology topology, Topic topic, String... parents) {
        topology.addSink(
                topic.suffix(), names.of(topic), new KeyText.KeySerializer(), new RecordSerializer<>(codecs), parents);
    }

    /** Adds a sink that encodes records and picks a topic for each. */
    public <T extends SpecificRecord> void sink(
            Topology topology, String name, TopicNameExtractor<String, T> topic, String... parents) {
        topology.addSink(name, topic, new KeyText.KeySerializer(), new RecordSerializer<T>(codecs), parents);
    }

    /** Adds the sink of dead letters. The decoders must be among its parents. */
    public void deadLetters(Topology topology, String... parents) {
        sink(topology, Topic.DEAD_LETTERS, parents);
    }
}
