package io.marft.local;

import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.record.Team;
import io.marft.schemas.serde.Decoded;
import io.marft.schemas.serde.RecordCodec;
import io.marft.schemas.topic.Topic;
import io.marft.schemas.topic.TopicProvisioner;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Prepares a cluster for a team: topics, schemas, and the team's definition as a record. */
public final class Provisioning {

    private static final Duration POLL = Duration.ofMillis(100);

    private Provisioning() {}

    /**
     * Creates and checks the team's topics, registers every schema, and writes the team's version if it is new.
     *
     * @param partitions the number of partitions of topics keyed by episode
     * @param replication the replication factor of new topics
     * @return whether the team's version was written; false if it was there already
     * @throws StackException if that version is there with another content
     */
    public static boolean provision(ClientSettings client, Team team, int partitions, short replication) {
        new TopicProvisioner(client, partitions, replication).provision(team);
        String topic = client.topics().of(Topic.TEAMS);
        try (RecordCodec codec = client.codec()) {
            Map<Integer, Team> versions = versions(client, codec, topic, team.getName());
            Team known = versions.get(team.getVersion());
            if (known != null) {
                check(known, team);
                return false;
            }
            write(client, codec, topic, team);
            return true;
        }
    }

    private static Map<Integer, Team> versions(ClientSettings client, RecordCodec codec, String topic, String name) {
        Map<Integer, Team> versions = new TreeMap<>();
        List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = consumer.endOffsets(partitions).get(partitions.get(0));
            while (consumer.position(partitions.get(0)) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    if (codec.decode(topic, record.value(), Team.class) instanceof Decoded.Valid<Team> valid
                            && valid.value().getName().equals(name)) {
                        versions.put(valid.value().getVersion(), valid.value());
                    }
                }
            }
        }
        return versions;
    }

    private static void check(Team known, Team team) {
        Team asKnown = Team.newBuilder(team).setCreatedAt(known.getCreatedAt()).build();
        if (!asKnown.equals(known)) {
            throw new StackException("team '" + team.getName() + "' version " + team.getVersion()
                    + " is on the log with another content: a changed team needs a new version");
        }
    }

    private static void write(ClientSettings client, RecordCodec codec, String topic, Team team) {
        Team stamped = Team.newBuilder(team)
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("marft-provision"))) {
            producer.send(new ProducerRecord<>(topic, team.getName(), codec.encode(topic, stamped)))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while writing team '" + team.getName() + "'", e);
        } catch (java.util.concurrent.ExecutionException | KafkaException e) {
            throw new StackException("team '" + team.getName() + "' cannot be written: " + e.getMessage(), e);
        }
    }
}
