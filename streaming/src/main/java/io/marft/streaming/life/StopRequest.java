package io.marft.streaming.life;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The request that a service stop. It is made once, and all parts of the service see it. Thread-safe. */
public final class StopRequest {

    private final CountDownLatch made = new CountDownLatch(1);

    /** A request that is made already, for work that is tried once. */
    public static StopRequest atOnce() {
        StopRequest request = new StopRequest();
        request.make();
        return request;
    }

    /** Makes the request. Making it again changes nothing. */
    public void make() {
        made.countDown();
    }

    /** Whether the request was made. */
    public boolean isMade() {
        return made.getCount() == 0;
    }

    /**
     * Waits until the request is made, but no longer than a given time. An interrupted thread makes the request itself.
     *
     * @return whether the request was made
     */
    public boolean await(Duration time) {
        try {
            return made.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            make();
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
