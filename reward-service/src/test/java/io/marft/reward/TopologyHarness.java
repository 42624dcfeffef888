package io.marft.reward;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Team;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** A topology in Kafka's test driver, with a registry in memory and the sample teams known. */
public final class TopologyHarness implements AutoCloseable {

    private final ClientSettings settings;
    private final RecordCodec codec;
    private final TopologyTestDriver driver;

    public TopologyHarness(Path directory, Function<ClientSettings, Topology> topology) throws Exception {
        settings = new ClientSettings("unused:1", "mock://" + UUID.randomUUID(), "marft");
        SchemaRegistryClient registry = settings.registry();
        for (Topic topic : Topic.values()) {
            if (topic != Topic.TURNS) {
                registry.register(settings.topics().of(topic) + "-value", new AvroSchema(topic.schema()));
            }
        }
        codec = new RecordCodec(registry);
        Properties properties = new Properties();
        properties.putAll(settings.streams("test", directory, (short) 1));
        driver = new TopologyTestDriver(topology.apply(settings), properties, Sample.NOON);
        for (Team team : Sample.TEAMS) {
            pipe(Topic.TEAMS, team.getName(), team);
        }
    }

    public void pipe(Topic topic, String key, SpecificRecord value) {
        pipe(topic, key, codec.encode(settings.topics().of(topic), value));
    }

    public void pipe(Topic topic, String key, byte[] value) {
        driver.createInputTopic(settings.topics().of(topic), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    public void pipe(Topic topic, String key, SpecificRecord value, Headers headers) {
        String name = settings.topics().of(topic);
        driver.createInputTopic(name, new StringSerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(key, codec.encode(name, value), headers));
    }

    /** The headers of all that the topic got since the last look. */
    public List<Headers> headers(Topic topic) {
        return driver
                .createOutputTopic(settings.topics().of(topic), new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .stream()
                .map(TestRecord::headers)
                .toList();
    }

    /** All that the topic got since the last look, decoded. */
    public <T extends SpecificRecord> List<T> read(Topic topic, Class<T> type) {
        String name = settings.topics().of(topic);
        return driver
                .createOutputTopic(name, new StringDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .map(bytes -> codec.decode(name, bytes, type))
                .map(decoded -> ((Decoded.Valid<T>) decoded).value())
                .toList();
    }

    /** The reasons of the dead letters since the last look. */
    public List<String> deadLetters() {
        return read(Topic.DEAD_LETTERS, DeadLetter.class).stream()
                .map(DeadLetter::getReason)
                .toList();
    }

    public void passTime(Duration duration) {
        driver.advanceWallClockTime(duration);
    }

    /** How many entries a state store holds. */
    public int held(String store) {
        int count = 0;
        try (var all = driver.getKeyValueStore(store).all()) {
            for (; all.hasNext(); all.next()) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() {
        driver.close();
        codec.close();
    }
}
