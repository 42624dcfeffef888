package io.marft.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches this process's anonymous memory, which, unlike all that is resident, has no high-water mark of its own.
 * Thread-safe; it watches until the process ends.
 */
public final class MemoryWatch {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long INTERVAL_NANOS = 10_000_000;

    private final AtomicLong anonymousPeak = new AtomicLong();

    public static MemoryWatch start() {
        MemoryWatch watch = new MemoryWatch();
        Thread thread = new Thread(watch::run, "memory-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void run() {
        while (true) {
            anonymous();
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    /** Anonymous bytes now. */
    public long anonymous() {
        long now = read("RssAnon:");
        anonymousPeak.accumulateAndGet(now, Math::max);
        return now;
    }

    /** The most until now. */
    public Memory peaks() {
        anonymous();
        return new Memory(anonymousPeak.get(), read("VmHWM:"));
    }

    private static long read(String field) {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
