package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.CatalogueException;
import io.marft.streaming.provision.TopicProvisioner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every Kafka cluster with a Confluent-compatible registry must do for this system. Subclasses say which cluster;
 * each test has a topic prefix of its own.
 */
abstract class BackboneContract {

    private static final Team TEAM = TeamFile.parse(
            "{name: pair, agents: [{name: first}, {name: second, after: [first], answers: true}]}", "contract");
    private static final int PARTITIONS = 3;

    private ClientSettings settings;
    private String topic;

    /** The cluster's bootstrap servers. */
    abstract String bootstrapServers();

    /** The registry's base URL. */
    abstract String registryUrl();

    @BeforeEach
    void provision() {
        settings = new ClientSettings(bootstrapServers(), registryUrl(), "contract-" + UUID.randomUUID());
        topic = settings.topics().of(Topic.REFERENCES);
        new TopicProvisioner(settings, PARTITIONS, (short) 1).provision(TEAM);
    }

    @Test
    void shouldCreateTheCatalogueAndChangeNothingTheSecondTime() throws Exception {
        new TopicProvisioner(settings, PARTITIONS, (short) 1).provision(TEAM);
        String turns = settings.topics().turns("pair", "second");
        String checkpoints = settings.topics().of(Topic.CHECKPOINTS);
        try (Admin admin = Admin.create(settings.admin())) {
            var topics = admin.describeTopics(List.of(turns, checkpoints))
                    .allTopicNames()
                    .get();
            assertEquals(PARTITIONS, topics.get(turns).partitions().size());
            assertEquals(1, topics.get(checkpoints).partitions().size());
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, checkpoints);
            Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertEquals("compact", config.get("cleanup.policy").value());
        }
    }

    @Test
    void shouldRefuseACatalogueOfOtherPartitions() {
        String message = assertThrows(
                        CatalogueException.class,
                        () -> new TopicProvisioner(settings, PARTITIONS + 1, (short) 1).provision(TEAM))
                .getMessage();
        assertTrue(message.contains("has 3 partitions, but the catalogue wants 4"), message);
    }

    /** A symbol that no service knows must not get into records by way of an environment's own schema. */
    @Test
    void shouldLetNoClientAddASymbol() throws Exception {
        String subject = settings.topics().of(Topic.OBSERVATIONS) + "-value";
        String known = Topic.OBSERVATIONS.schema().toString();
        String more = known.replace("\"QUESTION\"", "\"QUESTION\",\"REHEARSAL\"");
        try (SchemaRegistryClient registry = settings.registry()) {
            assertThrows(RestClientException.class, () -> registry.register(subject, new AvroSchema(more)));
            String withDefault = more.replace("\"REHEARSAL\"]", "\"REHEARSAL\"],\"default\":\"TRAINING\"");
            assertThrows(RestClientException.class, () -> registry.register(subject, new AvroSchema(withDefault)));
            assertEquals(known, registry.getLatestSchemaMetadata(subject).getSchema());
        }
    }

    @Test
    void shouldCarryRecordsInTheRegistrysWireFormat() throws Exception {
        Reference sent = reference("e-1");
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer("contract"));
                RecordCodec codec = settings.codec()) {
            producer.send(new ProducerRecord<>(topic, "e-1", codec.encode(topic, sent)))
                    .get();
        }
        try (RecordCodec codec = settings.codec()) {
            ConsumerRecord<String, byte[]> found = read(1).get(0);
            assertEquals("e-1", found.key());
            assertEquals(0, found.value()[0]);
            assertEquals(new Decoded.Valid<>(sent), codec.decode(topic, found.value(), Reference.class));
        }
    }

    @Test
    void shouldShowCommittedTransactionsOnly() throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(settings.transactionalProducer(settings.prefix() + ".tx"));
                RecordCodec codec = settings.codec()) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "aborted", codec.encode(topic, reference("aborted"))))
                    .get();
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "kept", codec.encode(topic, reference("kept"))))
                    .get();
            producer.commitTransaction();
        }
        assertEquals(List.of("kept"), read(1).stream().map(ConsumerRecord::key).toList());
    }

    @Test
    void shouldFenceTheElderOfTwoProducersWithOneId() throws Exception {
        Map<String, Object> configuration = settings.transactionalProducer(settings.prefix() + ".fenced");
        try (KafkaProducer<String, byte[]> elder = new KafkaProducer<>(configuration);
                KafkaProducer<String, byte[]> younger = new KafkaProducer<>(configuration)) {
            elder.initTransactions();
            elder.beginTransaction();
            elder.send(new ProducerRecord<>(topic, "elder", new byte[] {1})).get();
            younger.initTransactions();
            assertThrows(ProducerFencedException.class, elder::commitTransaction);
        }
    }

    @Test
    void shouldCommitOffsetsWithTheRecordsOrNotAtAll() {
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(partition, new OffsetAndMetadata(7, "cursor"));
        try (KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(settings.transactionalProducer(settings.prefix() + ".offsets"));
                KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(settings.consumer(settings.prefix() + ".group"))) {
            consumer.assign(List.of(partition));
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.abortTransaction();
            assertNull(consumer.committed(Set.of(partition)).get(partition));
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.commitTransaction();
            assertEquals(
                    offsets.get(partition),
                    consumer.committed(Set.of(partition)).get(partition));
        }
    }

    private static Reference reference(String episode) {
        return Reference.newBuilder()
                .setEpisode(episode)
                .setEnvironment("contract")
                .setVerifier("boxed")
                .setAnswer("42")
                .setCreatedAt(Instant.ofEpochMilli(1_000))
                .build();
    }

    /** Reads the topic until it gave that many records; gives up after 30 seconds. */
    private List<ConsumerRecord<String, byte[]>> read(int count) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Instant deadline = Instant.now().plusSeconds(30);
            while (found.size() < count && Instant.now().isBefore(deadline)) {
                consumer.poll(Duration.ofMillis(200)).forEach(found::add);
            }
        }
        return found;
    }
}
