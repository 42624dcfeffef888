package io.marft.actor.routing;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.topology.KeyPlacement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The router's topology in Kafka's test driver, with a registry in memory. */
final class RouterHarness implements AutoCloseable {

    private final ClientSettings settings = new ClientSettings("unused:1", "mock://" + UUID.randomUUID(), "marft");
    private final TopicNames names = settings.topics();
    private final RecordCodec codec;
    private final TopologyTestDriver driver;
    private final Map<String, TestOutputTopic<String, byte[]>> outputs = new HashMap<>();

    /** @param agents whose turns there may be, in each of the teams */
    RouterHarness(Path directory, Collection<String> teams, List<String> agents) throws Exception {
        try (SchemaRegistryClient registry = settings.registry()) {
            for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.ACTIONS, Topic.TEAMS, Topic.DEAD_LETTERS)) {
                registry.register(names.of(topic) + "-value", new AvroSchema(topic.schema()));
            }
            for (String team : teams) {
                for (String agent : agents) {
                    registry.register(names.turns(team, agent) + "-value", new AvroSchema(Topic.TURNS.schema()));
                }
            }
        }
        codec = settings.codec();
        Properties properties = new Properties();
        properties.putAll(settings.streams("router", directory, (short) 1));
        driver = new TopologyTestDriver(
                RouterTopology.build(names, settings::codec, new KeyPlacement(topic -> 1)), properties);
    }

    void write(Team team) {
        write(Topic.TEAMS, team.getName(), team);
    }

    void write(Observation observation) {
        write(Topic.OBSERVATIONS, observation.getEpisode(), observation);
    }

    void write(Observation observation, String header, byte[] content) {
        String topic = names.of(Topic.OBSERVATIONS);
        driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(
                        observation.getEpisode(),
                        codec.encode(topic, observation),
                        new RecordHeaders().add(header, content)));
    }

    void write(Action action) {
        write(Topic.ACTIONS, action.getEpisode(), action);
    }

    private void write(Topic topic, String key, SpecificRecord value) {
        pipe(topic, key, codec.encode(names.of(topic), value));
    }

    void write(Topic topic, String key, Observation value) {
        pipe(topic, key, codec.encode(names.of(topic), value));
    }

    void pipe(Topic topic, String key, byte[] value) {
        driver.createInputTopic(names.of(topic), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    /** The turns of an agent of the team {@code team} since the last look. */
    List<Turn> turns(String agent) {
        return turns("team", agent);
    }

    /** An agent's turns since the last look. */
    List<Turn> turns(String team, String agent) {
        return read(names.turns(team, agent), Turn.class);
    }

    /** The observations that the router wrote since the last look. */
    List<Observation> steps() {
        return read(names.of(Topic.OBSERVATIONS), Observation.class);
    }

    List<DeadLetter> letters() {
        return read(names.of(Topic.DEAD_LETTERS), DeadLetter.class);
    }

    /** The reasons of the dead letters since the last look. */
    List<String> reasons() {
        return letters().stream().map(DeadLetter::getReason).toList();
    }

    private <T extends SpecificRecord> List<T> read(String topic, Class<T> type) {
        return outputs.computeIfAbsent(topic, this::output).readValuesToList().stream()
                .map(bytes -> ((Decoded.Valid<T>) codec.decode(topic, bytes, type)).value())
                .toList();
    }

    private TestOutputTopic<String, byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
    }

    void passTime(Duration duration) {
        driver.advanceWallClockTime(duration);
    }

    /** How many episodes the router remembers. */
    long remembered() {
        return driver.getKeyValueStore(RouterTopology.EPISODES).approximateNumEntries();
    }

    @Override
    public void close() {
        driver.close();
        codec.close();
    }
}
