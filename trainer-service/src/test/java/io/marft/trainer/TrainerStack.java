package io.marft.trainer;

import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.testkit.TestCluster;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A prefix of its own on a test cluster, with all topics, to write trajectories to and to read results from. */
public final class TrainerStack implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ClientSettings client;
    private final RecordCodec codec;
    private final KafkaProducer<String, byte[]> producer;

    public TrainerStack(TestCluster cluster, String prefix) {
        this(cluster, prefix, 1);
    }

    /** With that many partitions of the topics that are keyed by episode. */
    public TrainerStack(TestCluster cluster, String prefix, int partitions) {
        this.client = new ClientSettings(cluster.bootstrapServers(), "mock://" + prefix, prefix);
        this.codec = client.codec();
        new TopicProvisioner(client, partitions, (short) 1).provision(Trajectories.TEAM);
        this.producer = new KafkaProducer<>(client.producer("test"));
    }

    public ClientSettings client() {
        return client;
    }

    /** Settings of a trainer that learns from four episodes at a time. */
    public TrainerSettings trainer() {
        return new TrainerSettings(
                client,
                Trajectories.TEAM,
                TrainingFile.parse("batchEpisodes: 4\nminibatches: 2\nepochs: 2\nmaxStaleness: 5\n", "test"),
                7,
                2);
    }

    /** Writes trajectories, in order. */
    public void write(List<Trajectory> trajectories) {
        String topic = client.topics().of(Topic.TRAJECTORIES);
        for (Trajectory trajectory : trajectories) {
            var unused = producer.send(
                    new ProducerRecord<>(topic, trajectory.getEpisode(), codec.encode(topic, trajectory)));
        }
        producer.flush();
    }

    /** Writes any bytes as a trajectory. */
    public void write(String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(client.topics().of(Topic.TRAJECTORIES), key, value));
        producer.flush();
    }

    /** Writes a record of any topic, under any key. */
    public void write(Topic topic, String key, SpecificRecord value) {
        String name = client.topics().of(topic);
        var unused = producer.send(new ProducerRecord<>(name, key, codec.encode(name, value)));
        producer.flush();
    }

    /** The first committed records of a topic with one partition, as soon as there are that many. */
    public <T extends SpecificRecord> List<T> await(Topic topic, Class<T> type, int count) {
        List<T> records = new ArrayList<>();
        Instant deadline = Instant.now().plus(PATIENCE);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader())) {
            List<TopicPartition> partition =
                    List.of(new TopicPartition(client.topics().of(topic), 0));
            consumer.assign(partition);
            consumer.seekToBeginning(partition);
            while (records.size() < count) {
                if (Instant.now().isAfter(deadline)) {
                    throw new AssertionError("waited for " + count + " records on " + topic + ", got: " + records);
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    records.add(((Decoded.Valid<T>) codec.decode(record.topic(), record.value(), type)).value());
                }
            }
        }
        return records;
    }

    /** The trainer's committed offset of the trajectories; 0 before the first commit. */
    public long committed() {
        TopicPartition partition = new TopicPartition(client.topics().of(Topic.TRAJECTORIES), 0);
        String group = client.prefix() + ".trainer." + Trajectories.TEAM.getName();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.consumer(group))) {
            OffsetAndMetadata offset =
                    consumer.committed(java.util.Set.of(partition)).get(partition);
            return offset == null ? 0 : offset.offset();
        }
    }

    /** Episodes played by the untrained model; the same for the same numbers. */
    public static List<Trajectory> episodes(LanguageModel model, int from, int to) {
        var none = io.marft.policy.adapter.Adapter.none();
        return new Trajectories(model, tokens -> tokens.get(0) > 50 ? 1 : 0)
                .play(from, to, 0, java.util.Map.of("first", none, "second", none));
    }

    @Override
    public void close() {
        producer.close();
        codec.close();
    }
}
