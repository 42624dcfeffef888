package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.ModelOptions.Use;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests when their model is closed. The timeout is for what would wait for ever. */
@Timeout(60)
class ClosingTest {

    private static final int LONG = 90_000;

    @TempDir
    Path directory;

    @Test
    void shouldFailWhatIsUnderWayAndWhatWaitsAndLeaveNoThread() throws InterruptedException {
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        CountDownLatch begun = new CountDownLatch(2);
        Decoder decoder = decoder(2);
        List<CompletableFuture<Generation>> drawn = decoder.generate(
                IntStream.range(0, 8).mapToObj(i -> endless(i, begun)).toList(), Adapter.none());
        begun.await();

        decoder.close();

        for (CompletableFuture<Generation> future : drawn) {
            assertTrue(future.isDone());
            assertEquals(
                    "the model was closed",
                    assertThrows(CancellationException.class, future::join).getMessage());
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!others.contains(thread) && thread.getName().matches("decoding-.*|policy-worker")) {
                thread.join();
            }
        }
    }

    @Test
    void shouldCloseWhileEveryAnswerAsksForTheNext() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Decoder decoder = decoder(1);
        CompletableFuture<Generation> first =
                decoder.generate(List.of(endless(1, begun)), Adapter.none()).get(0);
        CompletableFuture<List<CompletableFuture<Generation>>> next =
                first.handle((drawn, closed) -> decoder.generate(List.of(endless(2, begun)), Adapter.none()));
        begun.await();

        decoder.close();

        assertTrue(first.isCompletedExceptionally());
        assertTrue(next.isCompletedExceptionally());
    }

    @Test
    void shouldRefuseRequestsOnceClosed() {
        Decoder decoder = decoder(1);
        decoder.close();

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> decoder.generate(List.of(Options.PLAIN.draw(new int[] {5}, 1, 1)), Adapter.none()));

        assertEquals("The model was closed", thrown.getMessage());
    }

    /** A decoder with room for two endless requests in each lane. */
    private Decoder decoder(int threads) {
        ModelConfig config = TinyModels.config(2, 32, 4, 2, 48, LONG + 1, true);
        Checkpoint.write(directory, config, TinyModels.weights(config, 1));
        long place = 2L * config.layers() * config.kvHeads() * config.headSize() * Float.BYTES;
        ModelOptions options = new ModelOptions("auto", threads, Use.SERVING, 3 * LONG * place * threads, 0);
        return new Decoder(Checkpoint.read(directory), options);
    }

    /** A request that is far from its end when it has begun. */
    private static Draw endless(int seed, CountDownLatch begun) {
        return Options.PLAIN.draw(new int[] {5 + seed}, seed, LONG, Set.of(), output -> {
            begun.countDown();
            return false;
        });
    }
}
