package io.marft.environments.feed;

import io.marft.environments.task.Task;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Refusals;
import io.marft.streaming.life.Service;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a team supplied with training exercises: a bounded number of episodes is open at any time, and each that closes
 * makes room for another. Killed and started again, it repeats no exercise and skips none ({@link Feed}).
 *
 * <p>Thread-safe.
 */
public final class EnvironmentService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(EnvironmentService.class);
    private static final long RETRY_MILLIS = 1000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final ClientSettings client;
    private final EnvironmentSettings settings;
    private final Task task;
    private final OpenEpisodes episodes;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean paused;
    private volatile int open;
    private volatile long published;

    public EnvironmentService(ClientSettings client, EnvironmentSettings settings, Task task) {
        this.client = client;
        this.settings = settings;
        this.task = task;
        this.episodes = new OpenEpisodes(settings.inFlight(), settings.patience());
        this.thread = new Thread(this::run, "environment");
    }

    @Override
    public String name() {
        return "environment";
    }

    @Override
    public void start() {
        thread.start();
    }

    /** Opens no further episodes, but for a transaction that is under way, until {@link #resume()}. */
    public void pause() {
        paused = true;
    }

    /** Opens episodes again. */
    public void resume() {
        paused = false;
    }

    /** How many episodes of this process are not closed. */
    public int open() {
        return open;
    }

    /** How many exercises of the stream have been published, by this process and its predecessors. */
    public long published() {
        return published;
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                LOG.atWarn().addKeyValue("seconds", CLOSE_TIMEOUT.toSeconds()).log("environment did not close in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Feed last = null;
        while (closing.getCount() > 0) {
            try (Feed feed = new Feed(client, settings, task, episodes)) {
                if (last != null && !last.mayEndAt(feed.next())) {
                    throw new IllegalStateException("another environment feeds team '"
                            + settings.team().getName() + "' with seed " + settings.seed()
                            + ": let one of the two do it, or give this one another --seed");
                }
                last = feed;
                LOG.atInfo().addKeyValue("next", feed.next()).log("environment feeds its stream");
                feed(feed);
            } catch (RuntimeException e) {
                if (fatal(e)) {
                    failure.set(e);
                    LOG.atError().setCause(e).log("environment stops on a fatal error");
                    return;
                }
                LOG.atWarn().setCause(e).log("environment failed and begins again at its committed cursor");
                await(RETRY_MILLIS);
            }
        }
    }

    private void feed(Feed feed) {
        while (closing.getCount() > 0) {
            feed.turn(() -> paused);
            open = episodes.count();
            published = feed.next();
        }
    }

    private void await(long millis) {
        try {
            var unused = closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    /**
     * Whether a new life of the clients would end in the same way. One that was fenced need not: the broker may have aborted
     * its transaction, which it held open for too long.
     */
    private static boolean fatal(RuntimeException error) {
        if (Refusals.isRefusal(error)) {
            return true;
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsupportedVersionException) {
                return true;
            }
        }
        return !(error instanceof KafkaException || error instanceof RegistryUnavailableException);
    }
}
