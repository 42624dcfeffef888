package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged, in processes of their own, because a process has one log. The command is one that fails at once. */
class LogSettingsTest {

    private static final String MISSING = "marft: no stack runs on data directory ";

    @TempDir
    Path directory;

    private Path own;

    @BeforeEach
    void writeAConfiguration() throws IOException {
        own = Files.writeString(
                directory.resolve("own.xml"),
                """
                <configuration>
                  <appender name="a" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>own %level %msg%n%nopex</pattern></encoder>
                  </appender>
                  <root level="ERROR"><appender-ref ref="a"/></root>
                </configuration>
                """);
    }

    /** Both streams of {@code lag} on a directory without a stack. */
    private List<String> lag(String javaOption, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                javaOption,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "lag",
                "--data-dir",
                directory.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    @Test
    void shouldLogToStandardErrorAtTheLevelThatIsAskedFor() throws IOException {
        List<String> lines = lag("-Dx=y", "--log-level", "error");
        assertTrue(lines.get(0).matches("\\d{4}-\\d\\d-\\d\\dT.* ERROR io\\.marft\\.cli\\.Main .*"), lines.get(0));
        assertTrue(lines.get(lines.size() - 1).startsWith(MISSING), lines.toString());
    }

    @Test
    void shouldLogNothingWhereItIsOff() throws IOException {
        List<String> lines = lag("-Dx=y", "--log-level", "off");
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith(MISSING), lines.get(0));
    }

    @Test
    void shouldLogAsTheUsersOwnConfigurationSays() throws IOException {
        assertEquals(
                "own ERROR Command failed",
                lag("-Dx=y", "--log-config", own.toString()).get(0));
    }

    @Test
    void shouldKeepTheConfigurationThatLogbacksOwnPropertyNames() throws IOException {
        assertEquals(
                "own ERROR Command failed",
                lag("-Dlogback.configurationFile=" + own).get(0));
    }

    @Test
    void shouldRefuseAConfigurationThatIsNone() throws IOException {
        List<String> lines =
                lag("-Dx=y", "--log-config", directory.resolve("none.xml").toString());
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(
                lines.get(0)
                        .startsWith("marft: log configuration " + directory.resolve("none.xml") + " does not exist"),
                lines.get(0));
    }
}
