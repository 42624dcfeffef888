package io.marft.cli.stack;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Follows the log from its beginning, and keeps {@link RunFigures} up to date. Where it cannot follow any more, it gives no
 * figures, because those that it has would be of an earlier time.
 */
final class LogWatch extends ThreadedService {

    private static final Duration POLL = Duration.ofMillis(100);
    /** How long the rest of the log may take to read when all is over. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ClientSettings client;
    private final RunFigures figures = new RunFigures();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    /** Whether the log was followed to its end after the watch was asked to stop. */
    private volatile boolean complete;

    /** Starts following, and returns when everything that is committed now has been counted. */
    LogWatch(ClientSettings client) {
        super("log-watch", LIMIT);
        this.client = client;
        start();
        try {
            caughtUp.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The figures as far as the log has been followed.
     *
     * @throws IllegalStateException if it cannot be followed any more
     */
    RunFigures figures() {
        failure().ifPresent(failure -> {
            throw new IllegalStateException(
                    "this run has no figures, for the log cannot be followed: " + failure.getMessage(), failure);
        });
        return figures;
    }

    @Override
    protected void work() {
        List<String> topics =
                List.of(name(Topic.TRAJECTORIES), name(Topic.ACTIONS), name(Topic.UPDATES), name(Topic.DEAD_LETTERS));
        try (LogReader reader = LogReader.atBeginning(client, topics);
                RecordCodec codec = client.codec()) {
            reader.readToEnd(record -> add(codec, record));
            caughtUp.countDown();
            while (!stop().isMade()) {
                reader.poll(POLL).forEach(record -> add(codec, record));
            }
            reader.readToEnd(record -> add(codec, record));
            complete = true;
        }
    }

    @Override
    protected void release() {
        caughtUp.countDown();
    }

    private String name(Topic topic) {
        return client.topics().of(topic);
    }

    /** Counts a record as soon as the registry says what it is. Closing does not wait for a registry that is away. */
    private void add(RecordCodec codec, ConsumerRecord<String, byte[]> record) {
        patience().run(() -> count(codec, record));
    }

    private void count(RecordCodec codec, ConsumerRecord<String, byte[]> record) {
        switch (client.topics().find(record.topic()).orElseThrow()) {
            case TRAJECTORIES -> valid(codec, record, Trajectory.class, figures::add);
            case ACTIONS -> valid(codec, record, Action.class, action -> figures.add(action, record.timestamp()));
            case UPDATES -> valid(codec, record, Update.class, update -> figures.add(update, record.timestamp()));
            default -> figures.addDeadLetter();
        }
    }

    private static <T extends SpecificRecord> void valid(
            RecordCodec codec, ConsumerRecord<String, byte[]> record, Class<T> type, Consumer<T> handler) {
        if (codec.decode(record.topic(), record.value(), type) instanceof Decoded.Valid<T> valid) {
            handler.accept(valid.value());
        }
    }

    /**
     * Stops following once everything that is committed now has been counted.
     *
     * @throws IllegalStateException if the log could not be followed to its end
     */
    RunFigures finish() {
        close();
        RunFigures whole = figures();
        if (!complete) {
            throw new IllegalStateException("this run has no figures, for the log could not be followed to its end");
        }
        return whole;
    }
}
