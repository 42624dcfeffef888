package io.marft.streaming.life;

import java.util.Optional;

/** A part of the system with a life of its own: constructed, started once, closed once. */
public interface Service extends AutoCloseable {

    /** The service's name in logs and dead letters, for instance {@code router}. */
    String name();

    /** Starts the service's threads and returns. */
    void start();

    /** What stopped the service by itself; empty while it runs or after an orderly close. */
    Optional<Throwable> failure();

    /** Finishes what is in flight, commits it, and stops. Closing twice does nothing. */
    @Override
    void close();
}
