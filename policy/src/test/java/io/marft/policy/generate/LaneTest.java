package io.marft.policy.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.adapter.Adapter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lane owes to those who wait for its results. The timeout is for whoever would wait for ever. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaneTest {

    /** More than half of all places: one request is under way, the others wait. */
    private static final int LONG = 1 << 30;

    /** Passes that never draw a token, and break when they are told to. */
    private static final class Endless implements Passes {

        private final CountDownLatch begun = new CountDownLatch(1);
        private volatile boolean broken;

        @Override
        public int tokens() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void makeRoom(List<Continuation> rows, List<Continuation> joining) {}

        @Override
        public int[] prefix(Adapter adapter) {
            return new int[0];
        }

        @Override
        public void learn(Adapter adapter, int row, int[] tokens) {}

        @Override
        public void read(Adapter adapter, List<Continuation> group, int first, int shared) {}

        @Override
        public boolean advance(List<Continuation> rows) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            begun.countDown();
            LockSupport.parkNanos(1_000_000);
            return false;
        }

        @Override
        public void replace(int row, int last, int span) {}

        @Override
        public void clear() {}

        @Override
        public void forget(List<Adapter> used) {}

        @Override
        public void close() {}
    }

    private static Continuation request() {
        GenerationRequest request = new GenerationRequest(new int[] {5}, Sampling.plain(LONG), 1);
        return new Continuation(new Draw(request, Set.of(), Draw.NEVER), Adapter.none());
    }

    @Test
    void shouldFailEachRequestWithoutItsLockWhenItIsClosedAndWhenAPassBreaks() throws InterruptedException {
        for (boolean breaks : new boolean[] {false, true}) {
            Endless passes = new Endless();
            Lane lane = new Lane(passes, "lane");
            List<Continuation> requests =
                    IntStream.range(0, 3).mapToObj(i -> request()).toList();
            AtomicInteger seen = new AtomicInteger();
            // Whoever waits may need the lane from another thread.
            List<CompletableFuture<Void>> looked = requests.stream()
                    .map(request -> request.result().<Void>handle((done, failure) -> {
                        CompletableFuture.runAsync(() -> {
                                    int unused = lane.load();
                                    seen.incrementAndGet();
                                })
                                .join();
                        return null;
                    }))
                    .toList();
            lane.submit(requests);
            passes.begun.await();

            passes.broken = breaks;
            if (breaks) {
                looked.get(0).join();
            }
            lane.close();

            looked.forEach(CompletableFuture::join);
            assertEquals(requests.size(), seen.get());
            assertTrue(requests.stream().allMatch(request -> request.result().isCompletedExceptionally()));
        }
    }

    @Test
    void shouldLetGoWhatIsCancelledWhetherItIsUnderWayOrWaits() throws InterruptedException {
        Endless passes = new Endless();
        try (Lane lane = new Lane(passes, "lane")) {
            Continuation first = request();
            Continuation second = request();
            Continuation third = request();
            lane.submit(List.of(first, second, third));
            passes.begun.await();

            second.result().cancel(false);
            while (lane.load() > 2) {
                LockSupport.parkNanos(1_000_000);
            }
            first.result().cancel(false);
            while (lane.load() > 1) {
                LockSupport.parkNanos(1_000_000);
            }

            assertFalse(third.result().isDone());
        }
    }

    @Test
    void shouldRefuseRequestsOnceItIsClosed() {
        Lane lane = new Lane(new Endless(), "lane");
        lane.close();

        assertThrows(CancellationException.class, () -> lane.submit(List.of(request())));
    }
}
