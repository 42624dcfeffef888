package io.marft.cli.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns Ctrl-C and {@code kill} into an orderly end: the signal is noticed here, and the process waits until the command
 * has closed what it opened. Close it last.
 */
public final class StopSignal implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private static final AtomicBoolean KILLING = new AtomicBoolean();

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop-signal");

    /** The user asked the command to stop. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** @throws Stopped if the process is ending already */
    public StopSignal() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw new Stopped();
        }
    }

    private void stop() {
        asked.countDown();
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The process is to end though its model is computing. A JVM's own exit would take libtorch apart beneath it, and crash.
     * Whatever is under way is done again at the next start, as after any crash.
     */
    @SuppressWarnings("SystemErr") // Nothing else is left to say it with.
    private static void kill() throws InterruptedException {
        if (KILLING.compareAndSet(false, true)) {
            System.err.println("marft: not all ended within " + PATIENCE_SECONDS
                    + " s of the signal: the process is killed; what was not committed is lost with it");
        }
        try {
            new ProcessBuilder(
                            "kill",
                            "-KILL",
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            Runtime.getRuntime().halt(1); // There is no such command.
        }
    }

    /** Whether the user asked to stop; what fails after that fails because things are being stopped. */
    public boolean asked() {
        return asked.getCount() == 0;
    }

    /**
     * Ends the thread that asks, once the user wants to stop.
     *
     * @throws Stopped if the user asked to stop
     */
    public void check() {
        await(Duration.ZERO);
    }

    /**
     * Waits for a while.
     *
     * @throws Stopped if the user asked to stop
     */
    public void await(Duration time) {
        try {
            if (asked.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Stopped();
            }
        } catch (InterruptedException e) {
            throw new Stopped();
        }
    }

    @Override
    public void close() {
        done.countDown();
        if (!asked()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
