package io.marft.environments.feed;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps an environment from feeding faster than the trainer learns: where both share a machine, episodes that go stale
 * before they are learned from would only take the trainer's time. The environment pauses while more than a limit of
 * closed training episodes is not accounted for by any update.
 *
 * <p>Both sides are read from the log, from its beginning, so the count is right after any crash. Live traffic has no such
 * valve: there the trainer drops what is too old.
 */
public final class Backpressure implements Service {

    private static final Duration POLL = Duration.ofMillis(50);
    /** A trainer that commits nothing for so long has stopped; the team then goes on serving. */
    private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

    private final ClientSettings client;
    private final String team;
    private final int limit;
    private final EnvironmentService environment;
    private final Thread thread = new Thread(this::run, "backpressure");
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;
    private long untrained;
    private long lastUpdate;

    /**
     * @param team the team whose episodes are counted
     * @param limit how many closed episodes may wait for their update
     */
    public Backpressure(ClientSettings client, String team, int limit, EnvironmentService environment) {
        this.client = client;
        this.team = team;
        this.limit = limit;
        this.environment = environment;
    }

    @Override
    public String name() {
        return "backpressure";
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void run() {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader());
                RecordCodec codec = client.codec()) {
            List<TopicPartition> partitions = List.of(Topic.TRAJECTORIES, Topic.UPDATES).stream()
                    .flatMap(topic -> consumer.partitionsFor(client.topics().of(topic)).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            lastUpdate = System.nanoTime();
            while (!closing) {
                consumer.poll(POLL).forEach(record -> count(codec, record));
                if (untrained > limit && System.nanoTime() - lastUpdate < PATIENCE_NANOS) {
                    environment.pause();
                } else {
                    environment.resume();
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        } finally {
            environment.resume();
        }
    }

    private void count(RecordCodec codec, ConsumerRecord<String, byte[]> record) {
        if (record.topic().equals(client.topics().of(Topic.TRAJECTORIES))) {
            if (codec.decode(record.topic(), record.value(), Trajectory.class)
                            instanceof Decoded.Valid<Trajectory> trajectory
                    && trajectory.value().getTeam().equals(team)
                    && trajectory.value().getPurpose() == Purpose.TRAINING) {
                untrained++;
            }
        } else if (codec.decode(record.topic(), record.value(), Update.class) instanceof Decoded.Valid<Update> update
                && update.value().getTeam().equals(team)) {
            untrained -= update.value().getInputs().size()
                    + update.value().getDropped().size();
            lastUpdate = System.nanoTime();
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
