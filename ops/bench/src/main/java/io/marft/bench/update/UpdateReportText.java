package io.marft.bench.update;

import io.marft.bench.report.Figures;
import io.marft.bench.report.Machine;
import io.marft.trainer.objective.Level;
import java.util.Locale;

/** What an update takes, as a table for a person. */
final class UpdateReportText {

    private final UpdateReport report;

    UpdateReportText(UpdateReport report) {
        this.report = report;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        head(text);
        line(text, "");
        line(text, "%-14s %9s  %-18s %5s %9s", "", "seconds", "(least to most)", "CPU", "tokens/s");
        spent(text, "update", report.updateSeconds(), report.updateCpuShares(), report.tokensPerSecond());
        spent(
                text,
                "passes alone",
                report.bareSeconds(),
                report.bareCpuShares(),
                new Figures(report.bareSeconds().all().stream()
                        .map(seconds -> report.batch().tokens() / seconds)
                        .toList()));
        line(text, "");
        line(text, "%-14s %9s %7s %10s", "phase", "seconds", "share", "sequences");
        report.phases()
                .forEach(phase -> line(
                        text,
                        "%-14s %9.3f %5.1f %% %,10d",
                        phase.name(),
                        phase.seconds().median(),
                        100 * phase.share(),
                        phase.sequences()));
        line(text, "");
        line(
                text,
                "update / %.0f s that it may take on 2 cores, with 64 episodes of the bundled team and 4 epochs: %.2f ×",
                UpdateReport.LIMIT_SECONDS,
                report.timesLimit());
        line(text, "update / passes alone: %.2f ×", report.timesBare());
        line(text, "");
        line(
                text,
                "CPU: the part of its threads' time that it got; low where it waits, or where others load the machine");
        line(
                text,
                "tokens/s: tokens of the batch, prompts and actions, per second, however many epochs learn from them");
        line(
                text,
                "passes alone: forward and backward of the minibatches' %,d sequences, without anything between them",
                report.bareSequences());
        line(text, "sequences: through the model in the phase, each as often as it went");
        return text.toString();
    }

    private void head(StringBuilder text) {
        UpdatePlan plan = report.plan();
        Machine machine = report.machine();
        line(text, "%s, %d processors, %s", machine.cpu(), machine.processors(), machine.java());
        line(
                text,
                "model %s on %s; team %s; %d episodes, %d decisions, %,d tokens",
                plan.model(),
                report.device(),
                plan.team().getName(),
                report.batch().episodes(),
                report.batch().decisions(),
                report.batch().tokens());
        line(
                text,
                "%s level, %d epochs of %d minibatches without early stop, micro-batches of %d, %d threads; medians of %d",
                plan.training().level() == Level.ACTION ? "action" : "token",
                plan.training().epochs(),
                plan.training().minibatches(),
                plan.training().microBatch(),
                plan.threads(),
                report.turns().size());
    }

    private static void spent(StringBuilder text, String name, Figures seconds, Figures shares, Figures speeds) {
        String range = String.format(Locale.ROOT, "(%.3f to %.3f)", seconds.least(), seconds.most());
        line(
                text,
                "%-14s %9.3f  %-18s %3.0f %% %,9.0f",
                name,
                seconds.median(),
                range,
                100 * shares.median(),
                speeds.median());
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
