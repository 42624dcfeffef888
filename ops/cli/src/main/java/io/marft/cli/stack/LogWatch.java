package io.marft.cli.stack;

import io.marft.cli.inspect.LogView;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the log on a thread of its own, from its beginning, and keeps {@link RunFigures} up to date. */
final class LogWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);

    private final ClientSettings client;
    private final RunFigures figures = new RunFigures();
    private final Thread thread = new Thread(this::run, "log-watch");
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private volatile boolean closing;

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

    RunFigures figures() {
        return figures;
    }

    private void run() {
        List<String> topics =
                List.of(name(Topic.TRAJECTORIES), name(Topic.ACTIONS), name(Topic.UPDATES), name(Topic.DEAD_LETTERS));
        try (LogView view = new LogView(client, topics);
                RecordCodec codec = client.codec()) {
            view.readAll(record -> add(codec, record));
            caughtUp.countDown();
            while (!closing) {
                view.poll(record -> add(codec, record));
            }
            view.readAll(record -> add(codec, record));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the log cannot be followed any more; figures stand still");
        } finally {
            caughtUp.countDown();
        }
    }

    private String name(Topic topic) {
        return client.topics().of(topic);
    }

    private void add(RecordCodec codec, ConsumerRecord<String, byte[]> record) {
        try {
            switch (client.topics().find(record.topic()).orElseThrow()) {
                case TRAJECTORIES -> valid(codec, record, Trajectory.class, figures::add);
                case ACTIONS -> valid(codec, record, Action.class, action -> figures.add(action, record.timestamp()));
                case UPDATES -> valid(codec, record, Update.class, update -> figures.add(update, record.timestamp()));
                default -> figures.addDeadLetter();
            }
        } catch (RegistryUnavailableException e) {
            LOG.atWarn().setCause(e).log("a record is missing in the figures");
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
        finish();
    }

    /** Stops following once everything that is committed now has been counted. */
    RunFigures finish() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return figures;
    }
}
