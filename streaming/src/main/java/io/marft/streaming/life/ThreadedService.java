package io.marft.streaming.life;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that is one thread. The thread does {@link #work} and gives back what the service holds by {@link #release},
 * whatever happened. An error that ends the work is the service's failure, and is logged once, here; one that comes after
 * the service was asked to stop is only logged.
 *
 * <p>Thread-safe. Subclasses must be constructed fully before they are started.
 */
public abstract class ThreadedService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadedService.class);
    /** How long work that was cut short may take to end before it is interrupted. */
    private static final long LAST_MILLIS = 20_000;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Optional<String> instance;
    private final Duration limit;
    private final Thread thread;
    private final StopRequest stop = new StopRequest();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean released = new AtomicBoolean();

    private ThreadedService(String name, Optional<String> instance, Duration limit) {
        this.name = name;
        this.instance = instance;
        this.limit = limit;
        this.thread = new Thread(this::live, name);
    }

    /** A service of that name, which has 30 s to stop. */
    protected ThreadedService(String name) {
        this(name, LIMIT);
    }

    /**
     * A service.
     *
     * @param name the service's name, and the thread's
     * @param limit how long {@link #close} waits for the work to end
     */
    protected ThreadedService(String name, Duration limit) {
        this(name, Optional.empty(), limit);
    }

    /**
     * A service that is a static member of a consumer group.
     *
     * @param instance this process's name in the group; a failure says so if another process takes it
     */
    protected ThreadedService(String name, String instance) {
        this(name, Optional.of(instance), LIMIT);
    }

    /** Does the service's work until {@link #stop} is requested. */
    protected abstract void work() throws InterruptedException;

    /** Wakes the work where it waits. Called by the thread that asks the service to stop. */
    protected void wake() {}

    /** Gives back what the service holds. Called once, after the work, or by {@link #close} if there was none. */
    protected void release() {}

    /** Cuts short what takes longer than the limit. Returns whether the work will now end. */
    protected boolean cutShort() {
        return false;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void start() {
        thread.start();
    }

    @Override
    public final Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** The request that this service stop. */
    protected final StopRequest stop() {
        return stop;
    }

    /** How this service tries again. */
    protected final Patience patience() {
        return new Patience(name, stop);
    }

    /** Asks the service to stop, and returns at once. */
    public final void askToStop() {
        stop.make();
        wake();
    }

    @Override
    public final void close() {
        askToStop();
        try {
            if (thread.getState() == Thread.State.NEW) {
                releaseOnce();
            }
            thread.join(limit.toMillis());
            if (thread.isAlive()) {
                LOG.atWarn()
                        .addKeyValue("service", name)
                        .addKeyValue("seconds", limit.toSeconds())
                        .log("service did not stop in time");
                if (cutShort()) {
                    thread.join(LAST_MILLIS);
                    thread.interrupt(); // Kafka's clients give up what they wait for, as a transaction of somebody's.
                    thread.join();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live() {
        try {
            work();
        } catch (Throwable e) {
            end(e);
        }
        try {
            releaseOnce();
        } catch (RuntimeException e) {
            end(e);
        }
    }

    private void releaseOnce() {
        if (released.compareAndSet(false, true)) {
            release();
        }
    }

    private void end(Throwable error) {
        if (!stop.isMade()) {
            fail(error);
            LOG.atError().addKeyValue("service", name).setCause(error).log("service stops on a fatal error");
        } else if (error instanceof WakeupException
                || error instanceof InterruptedException
                || error instanceof CancellationException) {
            LOG.atDebug().addKeyValue("service", name).log("service was woken to stop");
        } else {
            LOG.atWarn().addKeyValue("service", name).setCause(error).log("service was stopped in mid-work");
        }
    }

    /** Notes what stopped the service, or made its work worthless. The first error counts. */
    protected final void fail(Throwable error) {
        failure.compareAndSet(
                null,
                instance.map(own -> InstanceName.explain(name, own, error)).orElse(error));
    }
}
