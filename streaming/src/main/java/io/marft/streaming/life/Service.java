package io.marft.streaming.life;

import java.util.Optional;

/** A part of the system with threads of its own. It is constructed, started once, and closed once. */
public interface Service extends AutoCloseable {

    /** The service's name in logs and dead letters, for instance {@code router}. */
    String name();

    /** Starts the service's threads and returns. */
    void start();

    /** The error that stopped the service; empty while it runs, and after an orderly close. */
    Optional<Throwable> failure();

    /** Finishes what is in flight, commits it, and stops. Closing again does nothing. */
    @Override
    void close();
}
