package io.marft.cli.stack;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log on a thread of its own, from its beginning, and keeps {@link RunFigures} up to date. Where it cannot
 * follow any more, it gives no figures, for those that it has would be of an earlier time.
 */
final class LogWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final ClientSettings client;
    private final RunFigures figures = new RunFigures();
    private final Thread thread = new Thread(this::run, "log-watch");
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile RuntimeException failure;

    /** Starts following, and returns when everything that is committed now has been counted. */
    LogWatch(ClientSettings client) {
        this.client = client;
        thread.start();
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
        if (failure != null) {
            throw new IllegalStateException(
                    "this run has no figures, for the log cannot be followed: " + failure.getMessage(), failure);
        }
        return figures;
    }

    private void run() {
        List<String> topics =
                List.of(name(Topic.TRAJECTORIES), name(Topic.ACTIONS), name(Topic.UPDATES), name(Topic.DEAD_LETTERS));
        try (LogReader reader = LogReader.atBeginning(client, topics);
                RecordCodec codec = client.codec()) {
            reader.readToEnd(record -> add(codec, record));
            caughtUp.countDown();
            while (closing.getCount() > 0) {
                reader.poll(POLL).forEach(record -> add(codec, record));
            }
            reader.readToEnd(record -> add(codec, record));
        } catch (RuntimeException e) {
            failure = e;
            LOG.atError().setCause(e).log("the log cannot be followed any more");
        } finally {
            caughtUp.countDown();
        }
    }

    private String name(Topic topic) {
        return client.topics().of(topic);
    }

    /** Counts a record, as soon as the registry says what it is; but for a registry that is away, closing waits no longer. */
    private void add(RecordCodec codec, ConsumerRecord<String, byte[]> record) {
        while (true) {
            try {
                count(codec, record);
                return;
            } catch (RegistryUnavailableException e) {
                LOG.atWarn().setCause(e).log("waiting for the schema registry");
                if (closed(Duration.ofSeconds(1))) {
                    throw e;
                }
            }
        }
    }

    private boolean closed(Duration patience) {
        try {
            return closing.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
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

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops following once everything that is committed now has been counted.
     *
     * @throws IllegalStateException if the log could not be followed to its end
     */
    RunFigures finish() {
        close();
        return figures();
    }
}
