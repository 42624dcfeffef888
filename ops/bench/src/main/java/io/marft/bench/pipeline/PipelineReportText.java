package io.marft.bench.pipeline;

import java.util.Locale;

/** What the pipeline does, as a table for a person. */
final class PipelineReportText {

    private static final double MIB = 1 << 20;

    private final PipelineReport report;
    private final StringBuilder text = new StringBuilder();

    PipelineReportText(PipelineReport report) {
        this.report = report;
    }

    @Override
    public String toString() {
        text.setLength(0);
        head();
        latency();
        throughput();
        perEpisode();
        raw();
        return text.toString();
    }

    private void head() {
        PipelinePlan plan = report.plan();
        line(
                "%s, %d processors, %s",
                report.machine().cpu(),
                report.machine().processors(),
                report.machine().java());
        line(
                "team %s of %d agents with stub policies, exactly once at every hop; %d partitions; broker, services and"
                        + " load in one process",
                plan.team().getName(), plan.team().getAgents().size(), plan.partitions());
    }

    private void latency() {
        line("");
        line(
                "latency in ms at %d episodes/s, %,d episodes; since the observation was due, and since the stage before",
                report.plan().rate(), report.answered().sorted().size());
        line("%-22s %8s %8s %8s %8s   %8s %8s", "", "p50", "p90", "p99", "most", "step p50", "step p99");
        for (PipelineReport.Stage stage : report.stages()) {
            line(
                    "%-22s %8.1f %8.1f %8.1f %8.1f   %8.1f %8.1f",
                    stage.name(),
                    stage.total().quantile(0.5),
                    stage.total().quantile(0.9),
                    stage.total().quantile(0.99),
                    stage.total().most(),
                    stage.step().quantile(0.5),
                    stage.step().quantile(0.99));
        }
        line(
                "answered by the %s; asked for on 2 cores: p50 at most %.0f, p99 at most %.0f",
                report.answer(), PipelineReport.MOST_P50, PipelineReport.MOST_P99);
    }

    private void throughput() {
        PipelineReport.Throughput throughput = report.throughput();
        line("");
        line(
                "throughput %,.0f episodes/s (%,.0f to %,.0f in single seconds) over %.0f s with %,d open;"
                        + " asked for on 2 cores: %,.0f; %.2f ×",
                throughput.rate(),
                throughput.least(),
                throughput.most(),
                throughput.seconds(),
                report.plan().openEpisodes(),
                PipelineReport.LEAST_EPISODES,
                throughput.rate() / PipelineReport.LEAST_EPISODES);
    }

    private void perEpisode() {
        PipelineReport.Throughput throughput = report.throughput();
        line("");
        line("%-34s %8s %8s", "appended to the log per episode", "entries", "bytes");
        throughput
                .appended()
                .forEach((topic, size) -> line("%-34s %8.2f %,8.0f", "  " + topic, size.entries(), size.bytes()));
        line("");
        line("%-42s %8s", "processor time per episode", "µs");
        throughput
                .times()
                .seconds()
                .forEach((part, seconds) -> line("%-42s %8.0f", "  " + part, 1e6 * seconds / throughput.episodes()));
        line("%-42s %8.0f", "  all", 1e6 * throughput.times().all() / throughput.episodes());
    }

    private void raw() {
        PipelineReport.Raw raw = report.raw();
        double with = report.throughput().entryRate(true);
        double without = report.throughput().entryRate(false);
        line("");
        line(
                "raw produce %,.0f records/s, %.0f MiB/s: one idempotent producer, acks=all, lz4, the same records, no reader",
                raw.recordsPerSecond(), raw.bytesPerSecond() / MIB);
        line(
                "pipeline %,.0f entries/s, with its state's changelogs %,.0f: %.3f × and %.3f × of the raw rate",
                without, with, without / raw.recordsPerSecond(), with / raw.recordsPerSecond());
        line("");
        line("entries: records, and markers of transactions; bytes: on disk, compressed");
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
