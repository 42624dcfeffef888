package io.marft.bench.policy;

import io.marft.bench.report.Figures;
import java.util.Locale;

/** A report as a table for a person. */
final class ReportText {

    private static final String ROW = "%-14s %10s  %-19s %13s %5s %11s %10s %9s";
    private static final int MIB = 1 << 20;

    private final Report report;

    ReportText(Report report) {
        this.report = report;
    }

    @Override
    public String toString() {
        Workload workload = report.plan().workload();
        Loaded loaded = report.phases().get(0).loaded();
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%s, %d processors, %s",
                report.machine().cpu(),
                report.machine().processors(),
                report.machine().java());
        line(
                text,
                "model %s: %s of weights; batch %d, prompts of %d tokens, %d new ones, LoRA rank %d on %s; medians of %d",
                report.plan().model(),
                bytes(loaded.weightBytes()),
                workload.batch(),
                workload.promptTokens(),
                workload.newTokens(),
                workload.loraRank(),
                String.join(", ", workload.loraTargets()),
                report.repeat());
        line(text, "");
        line(
                text,
                ROW + "  %s",
                "",
                "tokens/s",
                "(least to most)",
                "after first",
                "CPU",
                "anonymous",
                "resident",
                "load",
                "runs on");
        report.phases().forEach(phase -> phase(text, phase));
        line(text, "");
        line(text, "CPU: the part of its threads' time that it got; where it is low, others' load was measured, too");
        line(
                text,
                "anonymous: the process's peak of memory that no file backs; a peer may map its weights from the file");
        line(text, "resident: the process's peak of all memory, pages of mapped files included, once for each mapping");
        line(text, "load: peak of anonymous memory while loading, Java and libtorch included, / weights on disk");
        return text.toString();
    }

    private void phase(StringBuilder text, Measured phase) {
        Loaded loaded = phase.loaded();
        double later = phase.laterSpeeds().median();
        line(
                text,
                ROW + "  %s, %d threads, %s",
                phase.phase().label(),
                speed(phase.speeds().median()),
                range(phase.speeds()),
                later > 0 ? speed(later) : "",
                percent(phase.cpuShares()),
                bytes(phase.memory().anonymousPeak()),
                bytes(phase.memory().residentPeak()),
                times(loaded.timesWeights()),
                loaded.device(),
                report.plan().threads(),
                loaded.dtype());
        phase.rival().ifPresent(rival -> rival(text, phase, rival));
    }

    private static void rival(StringBuilder text, Measured phase, Rival rival) {
        line(
                text,
                ROW,
                "  " + rival.name(),
                speed(rival.speeds().median()),
                range(rival.speeds()),
                "",
                rival.cpuShares().map(ReportText::percent).orElse(""),
                rival.memory().map(memory -> bytes(memory.anonymousPeak())).orElse(""),
                rival.memory().map(memory -> bytes(memory.residentPeak())).orElse(""),
                "");
        Ratios ratios = Ratios.of(phase, rival);
        line(
                text,
                ROW,
                "  ratio",
                times(ratios.speed()),
                "",
                "",
                "",
                ratios.memory().map(memory -> times(memory.anonymous())).orElse(""),
                ratios.memory().map(memory -> times(memory.resident())).orElse(""),
                "");
    }

    private static String range(Figures speeds) {
        return "(" + speed(speeds.least()) + " to " + speed(speeds.most()) + ")";
    }

    private static String speed(double tokensPerSecond) {
        return String.format(Locale.ROOT, tokensPerSecond < 100 ? "%.1f" : "%,.0f", tokensPerSecond);
    }

    private static String percent(Figures shares) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * shares.median());
    }

    private static String bytes(long bytes) {
        double mib = (double) bytes / MIB;
        return bytes == 0 ? "unknown" : String.format(Locale.ROOT, mib < 10 ? "%.1f MiB" : "%,.0f MiB", mib);
    }

    private static String times(double factor) {
        return factor == 0 ? "unknown" : String.format(Locale.ROOT, factor < 10 ? "%.2f ×" : "%.0f ×", factor);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
