package io.marft.bench.pipeline;

import io.marft.bench.report.Machine;
import java.util.List;
import java.util.Map;

/**
 * What the pipeline does.
 *
 * @param stages latency by stage, at the planned rate
 * @param answer the name of the stage at which an episode is answered
 */
public record PipelineReport(
        Machine machine, PipelinePlan plan, List<Stage> stages, String answer, Throughput throughput, Raw raw) {

    /** What is asked for, on 2 cores. */
    static final double MOST_P50 = 120;

    static final double MOST_P99 = 400;
    static final double LEAST_EPISODES = 2000;

    /**
     * One stage of an episode's way.
     *
     * @param total from the observation's time by schedule until a reader of committed records has the stage's record
     * @param step of these, since the stage before
     */
    record Stage(String name, Latencies total, Latencies step) {}

    /**
     * A window of the closed loop.
     *
     * @param episodes closed in the window
     * @param seconds the window
     * @param perSecond episodes per second, in each of its seconds
     * @param appended to the log, by topic, for each episode
     * @param times processor time of all parts in the window
     */
    record Throughput(
            long episodes,
            double seconds,
            List<Double> perSecond,
            Map<String, LogSizes.Size> appended,
            ThreadTimes times) {

        double rate() {
            return episodes / seconds;
        }

        double least() {
            return perSecond.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        }

        double most() {
            return perSecond.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        }

        /** Entries per second: records and markers of the system's own topics, with or without its state's changelogs. */
        double entryRate(boolean changelogs) {
            return rate()
                    * appended.entrySet().stream()
                            .filter(topic -> !topic.getKey().equals(LogSizes.KAFKAS_OWN))
                            .filter(topic -> changelogs || !topic.getKey().equals(LogSizes.CHANGELOGS))
                            .mapToDouble(topic -> topic.getValue().entries())
                            .sum();
        }
    }

    /** What the broker takes in by itself; bytes are those of keys and values before compression. */
    record Raw(double recordsPerSecond, double bytesPerSecond) {}

    public PipelineReport {
        stages = List.copyOf(stages);
    }

    Latencies answered() {
        return stages.stream()
                .filter(stage -> stage.name().equals(answer))
                .findFirst()
                .orElseThrow()
                .total();
    }

    /** The table to print. */
    public String text() {
        return new PipelineReportText(this).toString();
    }

    /** The same as JSON. */
    public String json() {
        return PipelineReportJson.of(this).toPrettyString();
    }
}
