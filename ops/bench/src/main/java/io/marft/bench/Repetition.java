package io.marft.bench;

import java.lang.management.ManagementFactory;

/** One measured piece of work. */
@FunctionalInterface
interface Repetition {

    /** Does the work; the tokens per second of requests after their first token, or 0. */
    double run();

    /** Does the work and takes the time. */
    default Turn measure(int tokens, int threads) {
        long busy = processNanos();
        long begun = System.nanoTime();
        double later = run();
        double took = System.nanoTime() - begun;
        return new Turn(tokens / took * 1e9, later, (processNanos() - busy) / took / threads);
    }

    private static long processNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getProcessCpuTime()
                : 0;
    }
}
