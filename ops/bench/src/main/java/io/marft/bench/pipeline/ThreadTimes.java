package io.marft.bench.pipeline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The processor time that this process's parts have used, in seconds, told apart by the names of their threads.
 *
 * @param seconds by part, in a fixed order; the virtual machine's own threads (garbage collection, compilation) are what
 *     no Java thread used
 */
record ThreadTimes(Map<String, Double> seconds) {

    private static final String BROKER = "broker";
    private static final String REST = "rest of the broker, and the measuring";
    private static final String MACHINE = "garbage collection, compilation";

    /** Part of a thread's name, and whose thread it is; the first that fits counts. */
    private static final Map<String, String> PARTS = parts();

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("data-plane-", BROKER);
        parts.put("marft.router", "router");
        parts.put("agent.", "agents");
        parts.put("marft.reward", "reward");
        parts.put("marft.assembler", "assembler");
        parts.put("environment", "environment");
        return parts;
    }

    /** Until now. */
    static ThreadTimes now() {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        Map<String, Double> seconds = new LinkedHashMap<>();
        PARTS.values().forEach(part -> seconds.put(part, 0.0));
        seconds.put(REST, 0.0);
        double threads = 0;
        for (ThreadInfo thread : bean.getThreadInfo(bean.getAllThreadIds())) {
            long nanos = thread == null ? -1 : bean.getThreadCpuTime(thread.getThreadId());
            if (nanos > 0) {
                seconds.merge(part(thread.getThreadName()), nanos / 1e9, Double::sum);
                threads += nanos / 1e9;
            }
        }
        seconds.put(MACHINE, Math.max(0, process() - threads));
        return new ThreadTimes(seconds);
    }

    private static String part(String thread) {
        return PARTS.entrySet().stream()
                .filter(part -> thread.contains(part.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(REST);
    }

    private static double process() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getProcessCpuTime() / 1e9
                : 0;
    }

    /** What was used since then. */
    ThreadTimes since(ThreadTimes before) {
        Map<String, Double> used = new LinkedHashMap<>();
        seconds.forEach(
                (part, now) -> used.put(part, Math.max(0, now - before.seconds().getOrDefault(part, 0.0))));
        return new ThreadTimes(used);
    }

    double all() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
