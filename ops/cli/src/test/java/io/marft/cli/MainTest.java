package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
    }

    private void assertOneLine(String beginning) {
        List<String> lines = errors.toString().lines().toList();
        assertEquals(1, lines.size(), errors.toString());
        assertTrue(lines.get(0).startsWith(beginning), lines.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--no-such-flag", "no-such-command", "tail", "tail actions --no-such-flag"})
    void shouldAnswerWrongUsageWithStatus2AndOneLine(String line) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ", -1)));
        assertOneLine("marft: ");
    }

    @Test
    void shouldSayThatNoStackRuns() {
        assertEquals(1, run("topics", "--data-dir", directory.toString()));
        assertOneLine("marft: no stack runs on data directory " + directory);
    }

    @Test
    void shouldAskForTheRegistryBesideTheBroker() {
        assertEquals(1, run("topics", "--bootstrap-servers", "127.0.0.1:1", "--registry-url", ""));
        assertOneLine("marft: registry URL is missing");
    }

    @Test
    void shouldDescribeEveryCommandAndOption() {
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            String name = command.getCommandName();
            assertTrue(command.getCommandSpec().usageMessage().description().length > 0, name);
            command.getCommandSpec()
                    .options()
                    .forEach(option -> assertTrue(option.description().length > 0, name + " " + option.longestName()));
        }
    }
}
