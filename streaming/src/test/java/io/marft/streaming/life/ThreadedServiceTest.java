package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@SuppressWarnings("try") // Closing is what is tested.
class ThreadedServiceTest {

    private interface Work {
        void run(Service service) throws InterruptedException;
    }

    private static final class Service extends ThreadedService {

        private final Work work;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch woken = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicInteger releases = new AtomicInteger();
        private final boolean canBeCut;

        Service(Work work) {
            super("test", "a");
            this.work = work;
            this.canBeCut = false;
        }

        Service(Duration limit, boolean canBeCut, Work work) {
            super("test", limit);
            this.work = work;
            this.canBeCut = canBeCut;
        }

        @Override
        protected void work() throws InterruptedException {
            begun.countDown();
            work.run(this);
        }

        @Override
        protected void wake() {
            woken.countDown();
        }

        @Override
        protected boolean cutShort() {
            ended.countDown();
            return canBeCut;
        }

        @Override
        protected void release() {
            releases.incrementAndGet();
        }

        void run() throws InterruptedException {
            start();
            begun.await();
        }
    }

    @Test
    void shouldWorkUntilItIsAskedToStopAndThenRelease() throws Exception {
        try (Service service = new Service(own -> own.woken.await())) {
            service.run();
            assertFalse(service.stop().isMade());
            assertEquals(0, service.releases.get());
            service.askToStop();
            service.close();
            service.close();

            assertEquals(Optional.empty(), service.failure());
            assertEquals(1, service.releases.get());
        }
    }

    @Test
    void shouldReleaseWhatItHoldsThoughItWasNeverStarted() {
        Service service = new Service(own -> {});
        service.close();
        service.close();
        assertEquals(1, service.releases.get());
    }

    @Test
    void shouldKeepWhatStoppedItAsItsFailure() throws Exception {
        assertFails(new IllegalStateException("a mistake"), own -> {
            throw new IllegalStateException("a mistake");
        });
        assertFails(new AssertionError("an error"), own -> {
            throw new AssertionError("an error");
        });
        assertFails(new WakeupException(), own -> {
            throw new WakeupException(); // Nobody asked it to stop.
        });
    }

    private static void assertFails(Throwable expected, Work work) throws InterruptedException {
        try (Service service = new Service(work)) {
            service.run();
            awaitRelease(service);
            assertEquals(expected.toString(), service.failure().orElseThrow().toString());
        }
    }

    private static void awaitRelease(Service service) {
        while (service.releases.get() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldNotCallItAFailureThatItWasStoppedInMidWork() throws Exception {
        for (RuntimeException error : new RuntimeException[] {new WakeupException(), new TimeoutException("away")}) {
            try (Service service = new Service(own -> {
                own.woken.await();
                throw error;
            })) {
                service.run();
                service.close();
                assertEquals(Optional.empty(), service.failure());
                assertEquals(1, service.releases.get());
            }
        }
    }

    @Test
    void shouldSayWhoseNameAnotherProcessTook() throws Exception {
        try (Service service = new Service(own -> {
            throw new FencedInstanceIdException("fenced");
        })) {
            service.run();
            awaitRelease(service);
            assertEquals(
                    "another process of service test took this one's name 'a': give each its own with --instance"
                            + " (MARFT_INSTANCE), or none",
                    service.failure().orElseThrow().getMessage());
        }
    }

    @Test
    void shouldKeepTheFirstFailure() {
        try (Service service = new Service(own -> {})) {
            RuntimeException first = new IllegalStateException("first");
            service.fail(first);
            service.fail(new IllegalStateException("second"));
            assertSame(first, service.failure().orElseThrow());
        }
    }

    @Test
    void shouldLeaveBehindWhatDoesNotStopInTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Service service = new Service(Duration.ofMillis(20), false, own -> never.await());
        service.run();
        service.close();
        assertEquals(0, service.releases.get());
        never.countDown();
        awaitRelease(service);
    }

    @Test
    void shouldWaitForWorkThatItCutsShort() throws Exception {
        Service service = new Service(Duration.ofMillis(20), true, own -> own.ended.await());
        service.run();
        service.close();
        assertEquals(1, service.releases.get());
    }

    @Test
    void shouldTryAgainUntilItIsDoneOrAskedToStop() throws Exception {
        StopRequest stop = new StopRequest();
        Patience patience = new Patience("test", stop);
        AtomicInteger tries = new AtomicInteger();
        patience.run(() -> {
            if (tries.incrementAndGet() == 1) {
                throw new TimeoutException("away");
            }
        });
        assertEquals(2, tries.get());

        stop.make();
        assertThrows(
                TimeoutException.class,
                () -> patience.get(() -> {
                    tries.incrementAndGet();
                    throw new TimeoutException("away");
                }));
        assertEquals(3, tries.get());
    }

    @Test
    void shouldNotTryAgainWhatNeedsSomeonesHelp() {
        Patience patience = new Patience("test", new StopRequest());
        AtomicInteger tries = new AtomicInteger();
        assertThrows(
                TopicAuthorizationException.class,
                () -> patience.run(() -> {
                    tries.incrementAndGet();
                    throw new TopicAuthorizationException("no right");
                }));
        assertEquals(1, tries.get());
    }

    @Test
    void shouldTakeAnInterruptForARequestToStop() throws Exception {
        StopRequest stop = new StopRequest();
        Thread.currentThread().interrupt();
        assertTrue(stop.await(Duration.ofMinutes(1)));
        assertTrue(Thread.interrupted());
        assertTrue(stop.isMade());
        assertFalse(new StopRequest().await(Duration.ofMillis(1)));
    }
}
