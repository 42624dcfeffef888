package io.marft.streaming.log;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of one team as they are on the log, for clients that are no topology (topologies have
 * {@link io.marft.streaming.topology.TeamStore}). A version never changes once it is known: a second record of it is passed
 * over, and so is a record that cannot be used.
 *
 * <p>Not thread-safe.
 */
public final class TeamLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TeamLog.class);

    private final String team;
    private final String topic;
    private final LogReader reader;
    private final RecordCodec codec;
    private final TreeMap<Integer, Team> versions = new TreeMap<>();
    /** When the broker took each version. */
    private final Map<Integer, Instant> taken = new HashMap<>();

    /** Whether the reader stands behind all records that were read; if not, it begins again. */
    private boolean open;

    /** The log of the team of that name. It asks the cluster nothing before the first {@link #refresh} or {@link #follow}. */
    public TeamLog(ClientSettings client, String team) {
        this.team = team;
        this.topic = client.topics().of(Topic.TEAMS);
        this.reader = new LogReader(client);
        this.codec = client.codec();
    }

    /**
     * All versions that are on the log now, lowest first.
     *
     * @throws IllegalStateException if the cluster is not prepared
     */
    public static List<Team> read(ClientSettings client, String team) {
        try (TeamLog log = new TeamLog(client, team)) {
            return log.refresh().versions();
        }
    }

    /**
     * Reads everything that is committed now.
     *
     * @throws IllegalStateException if the topic does not exist
     */
    public TeamLog refresh() {
        return reading(() -> reader.readTo(reader.readable(), this::read));
    }

    /**
     * Reads what has come meanwhile, without waiting for it.
     *
     * @throws IllegalStateException if the topic does not exist
     */
    public TeamLog follow() {
        return reading(() -> reader.poll(Duration.ZERO).forEach(this::read));
    }

    /** Where reading fails, the next try begins again, so that it misses nothing. */
    private TeamLog reading(Runnable read) {
        if (!open) {
            reader.open(List.of(topic));
        }
        open = false;
        read.run();
        open = true;
        return this;
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        if (!(codec.decode(record.topic(), record.value(), Team.class) instanceof Decoded.Valid<Team> valid)
                || !valid.value().getName().equals(team)) {
            return; // Topologies reject such a record and say why.
        }
        try {
            new DependencyFunction(valid.value());
            if (versions.putIfAbsent(valid.value().getVersion(), valid.value()) == null) {
                taken.put(valid.value().getVersion(), Instant.ofEpochMilli(record.timestamp()));
            }
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

    /** The versions known, lowest first, each created when the broker took it, whatever the operator's clock said. */
    public List<Team> datedVersions() {
        return versions.values().stream()
                .map(version -> Team.newBuilder(version)
                        .setCreatedAt(taken.get(version.getVersion()))
                        .build())
                .toList();
    }

    /** A version; empty if it is not known. */
    public Optional<Team> find(int version) {
        return Optional.ofNullable(versions.get(version));
    }

    @Override
    public void close() {
        reader.close();
        codec.close();
    }
}
