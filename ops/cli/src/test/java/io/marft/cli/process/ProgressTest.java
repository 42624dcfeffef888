package io.marft.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final StringWriter written = new StringWriter();

    private Progress progress(int columns) {
        return new Progress(new PrintWriter(written), columns);
    }

    @Test
    void shouldWriteEachStateAsALineWhereThereIsNoTerminal() {
        Progress progress = progress(0);
        progress.say("measuring");
        progress.state("1 of 2");
        assertEquals("[0:00] measuring\n[0:00] 1 of 2\n", written.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void shouldOverwriteTheStateOnATerminalAndStayWithinItsWidth() {
        Progress progress = progress(12);
        progress.state("1 of 2");
        progress.state("2 of 2");
        assertEquals("\r\u001b[2K[0:00] 1 of\r\u001b[2K[0:00] 2 of", written.toString());
    }
}
