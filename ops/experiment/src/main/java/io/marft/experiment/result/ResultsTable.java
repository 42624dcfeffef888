package io.marft.experiment.result;

import io.marft.experiment.declare.Cell;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.run.Point;
import io.marft.experiment.run.RunResult;
import java.util.List;
import java.util.Locale;

/** Results as Markdown: a table of cells, and one of runs. */
final class ResultsTable {

    private static final String NONE = "·";

    private ResultsTable() {}

    static String markdown(Results results) {
        Experiment experiment = results.experiment();
        StringBuilder text = new StringBuilder();
        text.append("# ").append(experiment.name()).append("\n\n");
        int finished = results.runs().size();
        int all = experiment.runs().size();
        if (finished < all) {
            text.append(format("Unfinished: %d of %d runs are done.\n\n", finished, all));
        }
        text.append(format(
                """
                Accuracy on %d held-out problems in %%, mean ± standard deviation over seeds (number of runs).
                Each run that trains had a budget of %,d generated tokens, which its last batch may exceed.

                """,
                experiment.evaluation().problems(), experiment.tokens()));
        cells(text, results);
        runs(text, results);
        return text.toString();
    }

    private static void cells(StringBuilder text, Results results) {
        List<String> columns = results.experiment().columns();
        text.append("| team | ").append(String.join(" | ", columns)).append(" |\n");
        text.append("|---|").append("---|".repeat(columns.size())).append('\n');
        for (Cell cell : results.experiment().cells()) {
            text.append("| ").append(cell.team()).append(" |");
            for (String algorithm : columns) {
                String shown = results.summary(cell.team(), algorithm)
                        .map(ResultsTable::summary)
                        .orElse(NONE);
                text.append(' ').append(shown).append(" |");
            }
            text.append('\n');
        }
    }

    private static String summary(Summary summary) {
        return summary.runs() < 2
                ? format("%.1f (%d)", 100 * summary.mean(), summary.runs())
                : format("%.1f ± %.1f (%d)", 100 * summary.mean(), 100 * summary.deviation(), summary.runs());
    }

    private static void runs(StringBuilder text, Results results) {
        text.append(
                "\n## Runs\n\nBest is the best point of the learning curve. Fall is how far, over the last third of the"
                        + " curve, accuracy was at most\nbelow the best before; both on "
                        + results.experiment().evaluation().curve() + " problems, in %.\n\n");
        text.append("| team | algorithm | seed | accuracy | best | fall | updates | tokens | unfinished episodes |\n");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        for (RunResult run : results.runs()) {
            String start =
                    format("| %s | %s | %d | %.1f |", run.team(), run.algorithm(), run.seed(), 100 * run.accuracy());
            text.append(start);
            List<Point> curve = run.state().curve();
            if (curve.isEmpty()) {
                text.append((" " + NONE + " |").repeat(5));
            } else {
                double best = curve.stream().mapToDouble(Point::accuracy).max().orElseThrow();
                text.append(format(
                        " %.1f | %.1f | %d | %d | %d |",
                        100 * best,
                        100 * run.fall(),
                        run.updates(),
                        run.state().tokens(),
                        run.state().unfinished()));
            }
            text.append('\n');
        }
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
