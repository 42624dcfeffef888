package io.marft.bench.report;

import java.lang.management.ManagementFactory;

/**
 * What a piece of work took.
 *
 * @param seconds by the clock
 * @param cpuSeconds of all of this process's threads; 0 if the virtual machine does not say
 */
public record Spent(double seconds, double cpuSeconds) {

    /** Does the work. */
    public static Spent on(Runnable work) {
        long busy = processNanos();
        long begun = System.nanoTime();
        work.run();
        return new Spent((System.nanoTime() - begun) / 1e9, (processNanos() - busy) / 1e9);
    }

    /** The part of so many threads' time in which one ran. */
    public double cpuShare(int threads) {
        return cpuSeconds / seconds / threads;
    }

    private static long processNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getProcessCpuTime()
                : 0;
    }
}
