package io.marft.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Says how far a run is. On a terminal one line is written again and again; elsewhere each state is a line of its own.
 * Belongs to one thread.
 */
final class Progress {

    private static final String START_OF_LINE = "\r\u001b[2K";

    private final PrintWriter out;
    private final boolean terminal;
    private final long begun = System.nanoTime();
    private boolean open;

    /** @param terminal whether {@code out} is a terminal */
    Progress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Whether standard output is a terminal, as the launcher found. */
    static boolean onTerminal() {
        return Boolean.getBoolean("marft.terminal");
    }

    /** How often the passing state is worth a line: often on a terminal, seldom in a file. */
    long intervalMillis() {
        return terminal ? 500 : 10_000;
    }

    /** A line that stays. */
    void say(String line) {
        out.println((open ? START_OF_LINE : "") + clock() + line);
        out.flush();
        open = false;
    }

    /** The passing state of what was said last. */
    void state(String line) {
        if (terminal) {
            out.print(START_OF_LINE + clock() + line);
            open = true;
        } else {
            out.println(clock() + line);
        }
        out.flush();
    }

    /** The state of learning. */
    void state(RunFigures.Snapshot now, long secondsLeft) {
        state(String.format(
                Locale.ROOT,
                "episodes %d  reward %s  accuracy(%d) %s  kl %s  adapter v%d  updates %d  lag %d  left %d:%02d",
                now.episodes(),
                number("%.2f", now.batchReturn()),
                RunFigures.WINDOW,
                number("%.1f %%", 100 * now.accuracy()),
                number("%.4f", now.kl()),
                now.inService().values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0),
                now.updates(),
                now.lag(),
                secondsLeft / 60,
                secondsLeft % 60));
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private String clock() {
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        return String.format(Locale.ROOT, "[%d:%02d] ", seconds / 60, seconds % 60);
    }
}
