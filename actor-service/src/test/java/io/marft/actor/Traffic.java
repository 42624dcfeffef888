package io.marft.actor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.marft.policy.adapter.Adapter;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/** The world around this module in a test: environment, trainer and onlooker of a team with topics of its own. */
final class Traffic implements AutoCloseable {

    static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ClientSettings settings;
    private final TopicNames topics;
    private final RecordCodec codec;
    private final KafkaProducer<String, byte[]> environment;
    private final KafkaProducer<String, byte[]> trainer;

    Traffic(ClientSettings settings, Team team) throws Exception {
        this.settings = settings;
        this.topics = settings.topics();
        new TopicProvisioner(settings, PARTITIONS, (short) 1).provision(team);
        this.codec = settings.codec();
        this.environment = new KafkaProducer<>(settings.producer("environment"));
        this.trainer = new KafkaProducer<>(settings.transactionalProducer(settings.prefix() + ".trainer"));
        trainer.initTransactions();
        send(team);
    }

    void send(Team team) throws Exception {
        String topic = topics.of(Topic.TEAMS);
        send(topic, team.getName(), codec.encode(topic, team));
    }

    void send(Observation observation) throws Exception {
        String topic = topics.of(Topic.OBSERVATIONS);
        send(topic, observation.getEpisode(), codec.encode(topic, observation));
    }

    /** Writes a turn, as the router does. */
    void send(Turn turn) throws Exception {
        String topic = topics.turns(turn.getTeam(), turn.getAgent());
        send(topic, turn.getEpisode(), codec.encode(topic, turn));
    }

    void send(String topic, String key, byte[] value) throws Exception {
        environment.send(new ProducerRecord<>(topic, key, value)).get();
    }

    /** Publishes an adapter as a trainer does: chunks and manifest in one transaction. */
    void publish(AdapterManifest manifest, byte[] weights) {
        String agent = manifest.getAgent();
        String key = Topic.Key.ofAgent(manifest.getTeam(), agent);
        String chunkTopic = topics.of(Topic.ADAPTER_CHUNKS);
        String manifestTopic = topics.of(Topic.ADAPTERS);
        trainer.beginTransaction();
        Fixtures.chunks(agent, manifest.getVersion(), weights, manifest.getChunks())
                .forEach(chunk -> write(chunkTopic, key, chunk));
        write(manifestTopic, key, manifest);
        trainer.commitTransaction();
    }

    /** Publishes a sound adapter in three chunks. */
    void publish(String agent, long version, Adapter adapter, String baseModelDigest) {
        publish(Fixtures.manifest(agent, version, adapter, baseModelDigest, 3), adapter.toSafetensors());
    }

    private void write(String topic, String key, SpecificRecord value) {
        var unused = trainer.send(new ProducerRecord<>(topic, key, codec.encode(topic, value)));
    }

    List<Action> actions(Predicate<List<Action>> enough) {
        return await(topics.of(Topic.ACTIONS), Action.class, enough);
    }

    List<DeadLetter> deadLetters(int count) {
        return await(topics.of(Topic.DEAD_LETTERS), DeadLetter.class, letters -> letters.size() >= count);
    }

    /** Reads a topic from its beginning, committed records only, until what was read is enough. */
    <T extends SpecificRecord> List<T> await(String topic, Class<T> type, Predicate<List<T>> enough) {
        List<T> values = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!enough.test(values)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(topic + " held only " + values.size() + " records after " + PATIENCE
                            + ", the last being " + (values.isEmpty() ? "none" : values.get(values.size() - 1)));
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(((Decoded.Valid<T>) codec.decode(topic, record.value(), type)).value());
                }
            }
        }
        return values;
    }

    /** The partition of an episode's records. */
    static int partition(String episode) {
        return BuiltInPartitioner.partitionForKey(episode.getBytes(UTF_8), PARTITIONS);
    }

    /** Waits until a condition holds. */
    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the condition did not come to hold in " + PATIENCE);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        environment.close();
        trainer.close();
        codec.close();
    }
}
