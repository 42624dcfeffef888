package io.marft.environments.feed;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an environment from feeding faster than the trainer learns, by the {@link Backlog} of the team: where both share a
 * machine, episodes that go stale before they are learned from only take the trainer's time. Live traffic has no such
 * valve: there the trainer drops what is too old.
 *
 * <p>The newest update record says where the trainer stands in each partition of the trajectories, and only what lies behind
 * that is read, so a start takes no longer as the log grows. Until that has been read, the valve is shut.
 *
 * <p>Not thread-safe.
 */
final class Valve implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Valve.class);

    /** How long a trainer is silent before the valve opens a little. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /**
     * How many offsets of the update records a start looks at: first, and each time as many times more, up to the last. The
     * newest record of the team tells all, unless an older release wrote it.
     */
    private static final long FIRST_LOOK = 64;

    private static final long FURTHER = 8;

    /** A look that goes through a long backlog lets the environment have its turn in between. */
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    private static final long ASK_NANOS = Duration.ofSeconds(1).toNanos();

    private final String team;
    private final Backlog backlog;
    private final LogReader reader;
    private final RecordCodec codec;
    private final String updates;
    private final String trajectories;

    private Map<TopicPartition, Long> present = Map.of();
    private boolean caughtUp;
    private long asked = System.nanoTime();
    private int times = 1;

    /**
     * @param team whose episodes are counted
     * @param limit how many closed episodes may wait for the trainer
     * @throws IllegalStateException if the topics do not exist
     */
    Valve(ClientSettings client, String team, int limit) {
        this.team = team;
        this.backlog = new Backlog(team, limit, PATIENCE, System.nanoTime());
        this.updates = client.topics().of(Topic.UPDATES);
        this.trajectories = client.topics().of(Topic.TRAJECTORIES);
        this.reader = new LogReader(client);
        this.codec = client.codec();
        try {
            start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void start() {
        reader.open(List.of(trajectories));
        List<TopicPartition> partitions = reader.partitions();
        present = reader.readable();
        Map<TopicPartition, Long> places = readNewestUpdates(partitions);
        partitions.forEach(partition ->
                backlog.read(partition.partition()).ifPresent(offset -> places.put(partition, offset + 1)));
        reader.open(List.of(updates, trajectories));
        reader.seek(places);
    }

    /**
     * Reads as many of the newest update records as it takes to know of each partition how far the trainer has come. Where
     * none tells, the trainer has taken nothing from that partition.
     *
     * @return the ends of what was read
     */
    private Map<TopicPartition, Long> readNewestUpdates(List<TopicPartition> partitions) {
        List<Integer> wanted =
                partitions.stream().map(TopicPartition::partition).toList();
        reader.open(List.of(updates));
        Map<TopicPartition, Long> ends = reader.readable();
        boolean whole = false;
        for (long offsets = FIRST_LOOK; !whole && !backlog.knows(wanted); offsets *= FURTHER) {
            whole = reader.seekBefore(ends, offsets);
            reader.readTo(ends, this::take);
        }
        return new HashMap<>(ends);
    }

    /**
     * Whether no further episode is to be opened now; to be asked again and again.
     *
     * @throws org.apache.kafka.common.KafkaException if the cluster does not answer, so that the environment begins anew
     */
    boolean shut() {
        long now = System.nanoTime();
        if (now - asked > ASK_NANOS) {
            var unused = reader.readable(); // Polling alone never says that the cluster is away.
            asked = System.nanoTime();
        }
        ConsumerRecords<String, byte[]> records;
        do {
            records = reader.poll(Duration.ZERO);
            records.forEach(this::take);
        } while (!records.isEmpty() && System.nanoTime() - now < LOOK_NANOS);
        caughtUp = caughtUp || reader.reached(present);
        tell(backlog.times(now));
        return !caughtUp || backlog.full(now);
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.topic().equals(updates)) {
            if (codec.decode(updates, record.value(), Update.class) instanceof Decoded.Valid<Update> update) {
                backlog.updated(update.value(), System.nanoTime());
            }
        } else if (codec.decode(trajectories, record.value(), Trajectory.class)
                instanceof Decoded.Valid<Trajectory> trajectory) {
            backlog.closed(record.partition(), record.offset(), record.key(), trajectory.value());
        }
    }

    private void tell(int now) {
        if (now > times && backlog.waiting() > 0) {
            LOG.atWarn()
                    .addKeyValue("team", team)
                    .addKeyValue("waiting", backlog.waiting())
                    .addKeyValue("times", now)
                    .log(
                            "the trainer has written no update for long; the environment lets so many times --max-untrained"
                                    + " wait for it, and no more");
        }
        times = now;
    }

    @Override
    public void close() {
        reader.close();
        codec.close();
    }
}
