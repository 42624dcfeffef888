package io.marft.streaming.log;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.topology.TeamStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of one team as they are on the log, for clients that are no topology ({@link TeamStore} is for those). A
 * version never changes once it is known; a second record of the same version is passed over, and so is one that cannot be
 * used.
 *
 * <p>Not thread-safe.
 */
public final class TeamLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TeamLog.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final String team;
    private final List<TopicPartition> partitions;
    private final KafkaConsumer<String, byte[]> consumer;
    private final RecordCodec codec;
    private final TreeMap<Integer, Team> versions = new TreeMap<>();

    /** Of the team of that name; knows nothing before the first {@link #refresh} or {@link #follow}. */
    public TeamLog(ClientSettings client, String team) {
        this.team = team;
        this.partitions = List.of(new TopicPartition(client.topics().of(Topic.TEAMS), 0));
        this.consumer = new KafkaConsumer<>(client.reader());
        this.codec = client.codec();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /**
     * All versions that are on the log now, lowest first.
     *
     * @throws IllegalStateException if the cluster is not prepared
     */
    public static List<Team> read(ClientSettings client, String team) {
        try (TeamLog log = new TeamLog(client, team)) {
            String topic = log.partitions.get(0).topic();
            List<PartitionInfo> there = log.consumer.partitionsFor(topic);
            if (there == null || there.isEmpty()) {
                throw new IllegalStateException("topic " + topic + " does not exist on " + client.bootstrapServers()
                        + ": prepare the cluster with `marft provision`");
            }
            return log.refresh().versions();
        }
    }

    /** Reads everything that is committed now. */
    public TeamLog refresh() {
        TopicPartition partition = partitions.get(0);
        long end = consumer.endOffsets(partitions).get(partition);
        while (consumer.position(partition) < end) {
            poll(POLL);
        }
        return this;
    }

    /** Reads what has come meanwhile, without waiting for it. */
    public TeamLog follow() {
        poll(Duration.ZERO);
        return this;
    }

    private void poll(Duration patience) {
        try {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(patience)) {
                read(record);
            }
        } catch (RuntimeException e) {
            consumer.seekToBeginning(partitions); // So that whoever tries again misses nothing.
            throw e;
        }
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        if (!(codec.decode(record.topic(), record.value(), Team.class) instanceof Decoded.Valid<Team> valid)
                || !valid.value().getName().equals(team)) {
            return; // Whoever runs a topology says what is wrong with it.
        }
        try {
            new DependencyFunction(valid.value());
            versions.putIfAbsent(valid.value().getVersion(), valid.value());
        } catch (TeamException e) {
            LOG.atWarn()
                    .addKeyValue("team", team)
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("reason", e.getMessage())
                    .log("team record cannot be used");
        }
    }

    /** The versions known, lowest first. */
    public List<Team> versions() {
        return List.copyOf(versions.values());
    }

    /** A version; empty if it is not known. */
    public Optional<Team> find(int version) {
        return Optional.ofNullable(versions.get(version));
    }

    @Override
    public void close() {
        consumer.close();
        codec.close();
    }
}
