package io.marft.environments.feed;

import io.marft.environments.task.Exercise;
import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Patience;
import io.marft.streaming.life.Transactions;
import io.marft.streaming.log.LogReader;
import io.marft.streaming.log.TeamLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * One life of an environment's clients. Every transaction holds some observations, their references and the cursor
 * after them. So a life that ends anywhere leaves exactly what its committed cursor says. The next life fences the one
 * before and goes on there. After any error a new life begins; there is no other recovery.
 *
 * <p>Not thread-safe.
 */
final class Feed implements AutoCloseable {

    /** After this time every running service has read a new version of a team. */
    private static final Duration SETTLED_AFTER = Duration.ofSeconds(2);

    /** How long a turn waits for an episode to close. */
    private static final Duration POLL = Duration.ofMillis(100);

    /** The same while the environment rests: the first episodes with a new adapter wait for the valve to open. */
    private static final Duration GLANCE = Duration.ofMillis(10);

    private final EnvironmentSettings settings;
    private final Task task;
    private final OpenEpisodes open;
    private final RecordCodec codec;
    private final String observations;
    private final String references;
    private final Transactions transactions;
    private final KafkaConsumer<String, byte[]> trajectories;
    private final List<TopicPartition> partitions;
    private final TeamLog teams;

    private Optional<Valve> valve = Optional.empty();
    private boolean rests;
    private Cursor cursor;
    /** The cursor after the last transaction that was tried. Where that failed, only the log knows if it was committed. */
    private Cursor tried;

    /** Takes over from any earlier life and reads where that one stood. */
    Feed(ClientSettings client, EnvironmentSettings settings, Task task, OpenEpisodes open, Patience patience) {
        this.settings = settings;
        this.task = task;
        this.open = open;
        this.observations = client.topics().of(Topic.OBSERVATIONS);
        this.references = client.topics().of(Topic.REFERENCES);
        String name = client.names().environment(settings.team().getName(), settings.seed());
        this.codec = client.codec();
        this.transactions = new Transactions(client.transactionalProducer(name), patience);
        this.trajectories = new KafkaConsumer<>(client.consumer(name));
        this.teams = new TeamLog(client, settings.team().getName());
        try {
            transactions.open();
            String topic = client.topics().of(Topic.TRAJECTORIES);
            this.partitions = LogReader.partitions(trajectories, topic);
            trajectories.assign(partitions);
            if (open.count() == 0) {
                passOverAll();
            }
            this.cursor = committed();
            this.tried = cursor;
            teams.refresh();
            if (settings.maxUntrained() > 0) {
                valve = Optional.of(new Valve(client, settings.team().getName(), settings.maxUntrained()));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Of the trajectories that are there it awaits none. */
    private void passOverAll() {
        trajectories.seekToEnd(partitions);
        partitions.forEach(trajectories::position); // Seeking is lazy; asking fixes the place before any episode opens.
    }

    /**
     * Waits a little for episodes to close, then publishes as many exercises as there is room for.
     *
     * @param paused whether to publish none now
     */
    void turn(BooleanSupplier paused) {
        for (ConsumerRecord<String, byte[]> trajectory : trajectories.poll(rests ? GLANCE : POLL)) {
            open.closed(trajectory.key());
        }
        rests = valve.map(Valve::shut).orElse(false);
        int room = rests || paused.getAsBoolean() ? 0 : open.free(System.nanoTime());
        if (room > 0) {
            publish(room);
        }
    }

    /** The index of the next exercise. */
    long next() {
        return cursor.next();
    }

    /**
     * Whether this life may have left the stream at that exercise, its last transaction committed or not. If not, another
     * environment has moved the stream on.
     */
    boolean mayEndAt(long next) {
        return next == cursor.next() || next == tried.next();
    }

    private void publish(int count) {
        Cursor after = cursor.plus(count);
        tried = after;
        List<String> episodes = new ArrayList<>();
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        Team team = team();
        for (long index = cursor.next(); index < after.next(); index++) {
            Exercise exercise = task.training(settings.seed(), index);
            NewEpisode episode = new NewEpisode(
                    NewEpisode.id(Purpose.TRAINING, settings.run(), index),
                    team,
                    Purpose.TRAINING,
                    task.name(),
                    NewEpisode.seed(settings.seed(), index));
            records.add(record(observations, episode, episode.observation(exercise.question())));
            records.add(record(references, episode, episode.reference(exercise)));
            episodes.add(episode.id());
        }
        transactions
                .commit(records, offsets(after), trajectories.groupMetadata())
                .ifPresent(trouble -> {
                    throw trouble.toThrow();
                });
        cursor = after;
        open.opened(episodes, settings.patience(team), System.nanoTime());
    }

    /**
     * The team in the version that new episodes take. It is the newest on the log that every service has had the time to
     * read: a version and its first observation come to them by different topics.
     */
    private Team team() {
        Instant settled = Instant.now().minus(SETTLED_AFTER);
        List<Team> versions = teams.follow().datedVersions();
        Team newest = versions.stream()
                .filter(version -> !version.getCreatedAt().isAfter(settled))
                .reduce((older, newer) -> newer)
                .orElseGet(() -> versions.isEmpty() ? settings.team() : versions.get(0));
        NewEpisode.requireOneQuestion(newest);
        return newest;
    }

    private ProducerRecord<String, byte[]> record(String topic, NewEpisode episode, SpecificRecord value) {
        return new ProducerRecord<>(topic, episode.id(), codec.encode(topic, value));
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(Cursor after) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            offsets.put(partition, new OffsetAndMetadata(trajectories.position(partition), after.metadata()));
        }
        return offsets;
    }

    private Cursor committed() {
        OffsetAndMetadata offset =
                trajectories.committed(Set.copyOf(partitions)).get(partitions.get(0));
        return offset == null ? Cursor.START : Cursor.parse(offset.metadata());
    }

    /** Ends this life. A transaction that is open is aborted. */
    @Override
    public void close() {
        trajectories.close();
        teams.close();
        valve.ifPresent(Valve::close);
        transactions.close();
        codec.close();
    }
}
