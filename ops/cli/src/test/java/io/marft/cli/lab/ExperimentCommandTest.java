package io.marft.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.cli.Main;
import io.marft.experiment.RunnerStatus;
import io.marft.experiment.declare.RunKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentCommandTest {

    private static final Path HOME = Path.of(System.getProperty("marft.home"));

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private Path file(String key) throws IOException {
        return Files.writeString(
                directory.resolve("small.yaml"),
                """
                name: small
                %s
                seeds: [1]
                evaluation: {problems: 10, curve: 5, points: 1}
                training: %s
                teams: {two: %s}
                algorithms: {untuned: {train: false}, marft: {training: {batchEpisodes: 8, epochs: 1}}}
                cells: [{team: two, algorithms: [untuned, marft]}]
                """
                        .formatted(
                                key, HOME.resolve("training/arithmetic.yaml"), HOME.resolve("teams/arithmetic.yaml")));
    }

    @Test
    void shouldRunAnExperimentAndSayWhereItsResultsLie() throws IOException {
        Path results = directory.resolve("results");

        int status = execute("experiment", file("tokens: 300").toString(), "--out", results.toString());

        assertEquals(0, status, err.toString());
        assertTrue(out.toString().contains("run 1 of 2, two.untuned.1: "), out.toString());
        assertTrue(out.toString().contains("run 2 of 2, two.marft.1: "), out.toString());
        assertTrue(out.toString().contains("all 2 runs are done"), out.toString());
        for (String name : List.of("table.md", "curves.svg", "results.json", "runs/two.marft.1.json")) {
            assertTrue(Files.exists(results.resolve(name)), name);
        }
    }

    @Test
    void shouldFailInOneLineOnAFileThatCannotBeUsed() throws IOException {
        Path file = file("tokens: 0");

        assertEquals(1, execute("experiment", file.toString(), "--out", directory.toString()));
        assertEquals("marft: " + file + ": tokens must be at least 1, got: 0 (line 2)\n", err.toString());
    }

    @Test
    void shouldCallAWrongOptionWrongUsage() throws IOException {
        assertEquals(2, execute("experiment", file("tokens: 300").toString(), "--parallel", "0"));
        assertEquals(2, execute("experiment"));
    }

    @Test
    void shouldSayHowFarItIsAndNothingOfTheTimeLeftBeforeItCanBeKnown() {
        RunKey key = new RunKey("two", "marft", 3);
        var active = List.of(new RunnerStatus.Active(key, 1200, 5000, OptionalDouble.of(0.425)));

        assertEquals(
                "run 4 of 9  two.marft.3 1200 of 5000 tokens accuracy 42.5 %",
                ExperimentCommand.line(new RunnerStatus(3, 9, active, Optional.empty())));
        assertEquals(
                "run 4 of 9  left 1:02:03  two.marft.3 1200 of 5000 tokens accuracy 42.5 %",
                ExperimentCommand.line(new RunnerStatus(3, 9, active, Optional.of(Duration.ofSeconds(3723)))));
    }
}
