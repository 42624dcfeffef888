package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return Main.execute(arguments, Map.of(), line -> line.setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(new StringWriter())));
    }

    private void assertOneLine(String beginning) {
        List<String> lines = errors.toString().lines().toList();
        assertEquals(1, lines.size(), errors.toString());
        assertTrue(lines.get(0).startsWith(beginning), lines.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-such-flag",
                "no-such-command",
                "tail",
                "topics acls --principal nobody",
                "topics acls --principal router=nobody",
                "topics acls --service nobody",
                "tail actions --no-such-flag",
                "serve environment --task chess",
                "dead-letters",
                "dead-letters show",
                "dead-letters show 17",
                "dead-letters list --since yesterday",
                "dead-letters replay",
                "dead-letters replay 0@1 --all",
                "adapters",
                "adapters export x",
                "adapters import --agent a",
                "adapters export --agent a --version two x",
                "config no-such-command",
                "config tail actions --no-such-flag",
                "config serve router --in-flight none",
                "lag --log-level loud",
                "up --kafka-port 65536",
                "provision --replication 0",
                "serve agents --agent-linger 2s",
                "serve trainer --learning-rate -1",
                "bench",
                "bench policy --what sleep",
                "bench policy --batch 0",
                "bench policy --prompt-tokens 4 --common-tokens 4",
                "bench policy --lora-targets q_proj,x_proj",
                "bench policy --repeat 0",
                "bench policy --threads -1",
                "bench policy --device tpu",
                "bench policy --what mixed --batch 1",
                "bench update --episodes 0",
                "bench update --repetitions 0",
                "bench update --threads -1",
                "bench update --device tpu",
                "bench update --level word"
            })
    void shouldAnswerWrongUsageWithStatus2AndOneLine(String line) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ", -1)));
        assertOneLine("marft: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    lagg                    | unknown command 'lagg': did you mean 'lag'?
                    lag --dta-dir x         | unknown option '--dta-dir': did you mean '--data-dir'?
                    team shwo               | unknown command 'shwo': did you mean 'show'?
                    lag now                 | unexpected word 'now'
                    up --in-flight 0        | --in-flight must be a whole number, at least 1, got: '0'
                    """)
    void shouldSayWhatMayHaveBeenMeant(String line, String what) {
        assertEquals(2, run(line.split(" ", -1)));
        assertOneLine("marft: " + what);
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
    void shouldNameTheSettingThatWouldBreakExactlyOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("client.properties"), "isolation.level=read_uncommitted\n");
        assertEquals(
                1,
                run(
                        "topics",
                        "--bootstrap-servers",
                        "127.0.0.1:1",
                        "--registry-url",
                        "http://127.0.0.1:1",
                        "--client-config",
                        file.toString()));
        assertOneLine("marft: " + file + ": setting 'isolation.level' is not to be set here");
    }

    @Test
    void shouldNameTheUnknownKeyOfATeamFile() throws IOException {
        Path file = Files.writeString(directory.resolve("team.yaml"), "name: x\ncolour: red\n");
        assertEquals(1, run("up", "--team", file.toString()));
        assertOneLine("marft: " + file + ": unknown key 'colour'");
    }

    @Test
    void shouldSayWhatIsWrongWithATeamThatIsToBeApplied() throws IOException {
        assertEquals(2, run("team"));
        assertOneLine("marft: apply, list or show is missing");
        errors.getBuffer().setLength(0);
        Path file = directory.resolve("team.yaml");
        assertEquals(1, run("team", "apply", file.toString()));
        assertOneLine("marft: team file " + file + " does not exist");
        errors.getBuffer().setLength(0);
        Files.writeString(file, "name: x\nagents: [{name: a, after: [b], answers: true}]\n");
        assertEquals(1, run("team", "apply", file.toString()));
        assertOneLine("marft: " + file + ": team 'x' agent 'a' is after 'b', which is no agent of the team");
    }

    @Test
    void shouldRefuseADataDirectoryThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertEquals(1, run("up", "--data-dir", file.toString()));
        assertOneLine("marft: data directory " + file + " cannot be written");
        errors.getBuffer().setLength(0);
        assertEquals(1, run("up", "--data-dir", "/proc/marft"));
        assertOneLine("marft: data directory /proc/marft cannot be written");
    }

    @Test
    void shouldSayThatThePortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(1, run("up", "--data-dir", directory.resolve("data").toString(), "--kafka-port", port));
            assertOneLine("marft: port " + port + " for the broker is in use on 127.0.0.1");
        }
    }

    @Test
    void shouldNotDeleteWhatNoStackMade() throws IOException {
        Path file = Files.createFile(directory.resolve("precious"));
        assertEquals(1, run("demo", "--fresh", "--data-dir", directory.toString()));
        assertOneLine("marft: directory " + directory + " is not deleted");
        assertTrue(Files.exists(file));
    }

    @Test
    void shouldNotWriteAnAdapterAmongOtherFiles() throws IOException {
        Files.createFile(directory.resolve("precious"));
        assertEquals(1, run("adapters", "export", "--agent", "actor", directory.toString()));
        assertOneLine("marft: directory " + directory + " is not empty: name a new one");
    }

    @Test
    void shouldNameTheFileThatAPeftDirectoryLacks() {
        assertEquals(1, run("adapters", "import", "--agent", "actor", directory.toString()));
        assertOneLine("marft: " + directory.resolve("adapter_config.json") + ": does not exist");
    }

    @Test
    void shouldReadTheOptionsOfAControlRun() {
        CommandLine.ParseResult demo = Main.commandLine()
                .parseArgs("demo", "--seed", "2", "--learning-rate", "0", "--minutes", "0.5")
                .subcommand();
        Optional<?> learningRate = demo.matchedOption("--learning-rate").getValue();
        Optional<?> seed = demo.matchedOption("--seed").getValue();
        assertEquals(0.0, learningRate.orElseThrow());
        assertEquals(2L, seed.orElseThrow());
    }

    @Test
    void shouldSayTheVersionThatTheBuildHas() {
        StringWriter said = new StringWriter();
        assertEquals(0, Main.commandLine().setOut(new PrintWriter(said, true)).execute("--version"));
        assertEquals(
                "marft " + System.getProperty("marft.version"), said.toString().strip());
    }

    @Test
    void shouldDescribeEveryCommandAndOption() {
        assertDescribed(Main.commandLine());
    }

    private static void assertDescribed(CommandLine parent) {
        for (CommandLine command : parent.getSubcommands().values()) {
            assertDescribed(command);
            String name = command.getCommandName();
            assertTrue(command.getCommandSpec().usageMessage().description().length > 0, name);
            command.getCommandSpec()
                    .options()
                    .forEach(option -> assertTrue(option.description().length > 0, name + " " + option.longestName()));
        }
    }
}
