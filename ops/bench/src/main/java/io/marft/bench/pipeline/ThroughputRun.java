package io.marft.bench.pipeline;

import io.marft.bench.report.BenchException;
import io.marft.environments.feed.EnvironmentService;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.task.Tasks;
import io.marft.schemas.catalogue.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Throughput in a closed loop: the system's own environment keeps a number of episodes open, and every trajectory that it
 * reads, committed, makes room for another. What it has published and is not open is closed.
 */
final class ThroughputRun {

    private static final long SEED = 2;
    private static final Duration PATIENCE = Duration.ofDays(1);
    private static final Duration STALL = Duration.ofSeconds(60);

    private final PipelinePlan plan;
    private final PipelineStack stack;

    ThroughputRun(PipelinePlan plan, PipelineStack stack) {
        this.plan = plan;
        this.stack = stack;
    }

    /**
     * Runs and measures.
     *
     * @throws BenchException if episodes do not close, or records become dead letters
     */
    PipelineReport.Throughput run() {
        EnvironmentSettings settings =
                new EnvironmentSettings(plan.team(), SEED, plan.openEpisodes(), "throughput", PATIENCE);
        try (EnvironmentService environment =
                new EnvironmentService(stack.client(), settings, Tasks.named(Tasks.BUNDLED))) {
            environment.start();
            pause(plan.warmUp());
            LogSizes logBefore = LogSizes.now(stack.client());
            ThreadTimes timesBefore = ThreadTimes.now();
            long begin = System.nanoTime();
            long first = closed(environment);
            List<Double> perSecond = new ArrayList<>();
            long before = first;
            long last = begin;
            while (last - begin < plan.window().toNanos()) {
                pause(Duration.ofSeconds(1));
                stack.check();
                long now = System.nanoTime();
                long closed = closed(environment);
                perSecond.add((closed - before) / seconds(now - last));
                before = closed;
                last = now;
            }
            long episodes = before - first;
            ThreadTimes times = ThreadTimes.now().since(timesBefore);
            LogSizes log = LogSizes.now(stack.client());
            drain(environment);
            if (episodes == 0) {
                throw new BenchException("no episode closed within " + plan.window());
            }
            return new PipelineReport.Throughput(
                    episodes, seconds(last - begin), perSecond, log.since(logBefore, (double) episodes), times);
        }
    }

    private static long closed(EnvironmentService environment) {
        return environment.published() - environment.open();
    }

    /** Sees that nothing was lost on the way: every episode closes, and no record is a dead letter. */
    private void drain(EnvironmentService environment) {
        environment.pause();
        long deadline = System.nanoTime() + STALL.toNanos();
        while (environment.open() > 0) {
            stack.check();
            if (System.nanoTime() - deadline > 0) {
                throw new BenchException(environment.open() + " episodes are not closed " + STALL.toSeconds()
                        + " s after the last began");
            }
            pause(Duration.ofMillis(50));
        }
        double letters =
                LogSizes.now(stack.client()).of(Topic.DEAD_LETTERS.suffix()).entries();
        if (letters > 0) {
            throw new BenchException("records became dead letters, transaction markers included: " + letters);
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        }
    }
}
