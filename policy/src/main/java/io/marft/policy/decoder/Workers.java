package io.marft.policy.decoder;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A fixed number of threads for tasks that are independent of each other. Thread-safe. */
final class Workers implements AutoCloseable {

    private final int threads;
    private final ExecutorService pool;

    /** @param threads how many tasks may run at once */
    Workers(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "policy-worker");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs all tasks, and returns or throws only when all have ended, even if interrupted: they use native memory that the
     * caller then frees. With one thread the caller runs them.
     *
     * @return in the order of the tasks
     */
    <T> List<T> run(List<Supplier<T>> tasks) {
        if (threads == 1 || tasks.size() == 1) {
            return tasks.stream().map(Supplier::get).toList();
        }
        List<CompletableFuture<T>> futures = tasks.stream()
                .map(task -> CompletableFuture.supplyAsync(task, pool))
                .toList();
        CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
                .exceptionally(failure -> null)
                .join();
        try {
            return futures.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
