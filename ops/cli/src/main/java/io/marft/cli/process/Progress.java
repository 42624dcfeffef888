package io.marft.cli.process;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Says how far a run is. On a terminal one line is written again and again; elsewhere each state is a line of its own.
 * Belongs to one thread.
 */
public final class Progress {

    private static final String START_OF_LINE = "\r\u001b[2K";

    private final PrintWriter out;
    private final int columns;
    private final long begun = System.nanoTime();
    private boolean open;

    /** @param columns the terminal's width; 0 if {@code out} is none */
    Progress(PrintWriter out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** On standard output, which is a terminal if the launcher found so. */
    public static Progress onOutput(PrintWriter out) {
        return new Progress(out, Integer.getInteger("marft.columns", 0));
    }

    private boolean terminal() {
        return columns > 0;
    }

    /** How often the passing state is worth a line: often on a terminal, seldom in a file. */
    public long intervalMillis() {
        return terminal() ? 500 : 10_000;
    }

    /** A line that stays. */
    public void say(String line) {
        out.println((open ? START_OF_LINE : "") + clock() + line);
        out.flush();
        open = false;
    }

    /** The passing state of what was said last. */
    public void state(String line) {
        if (terminal()) {
            String whole = clock() + line;
            out.print(START_OF_LINE + whole.substring(0, Math.min(whole.length(), columns - 1)));
            open = true;
        } else {
            out.println(clock() + line);
        }
        out.flush();
    }

    private String clock() {
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        return String.format(Locale.ROOT, "[%d:%02d] ", seconds / 60, seconds % 60);
    }
}
