package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is in force, as a user asks for it: sources in their order, and nothing secret. */
class ConfigCommandTest {

    @TempDir
    Path directory;

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        output.getBuffer().setLength(0);
        errors.getBuffer().setLength(0);
        return Main.execute(arguments, environment, line -> line.setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(output, true)));
    }

    private JsonNode json(Map<String, String> environment, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("config", "--json"));
        words.addAll(List.of(arguments));
        assertEquals(0, run(environment, words.toArray(String[]::new)), errors.toString());
        return new ObjectMapper().readTree(output.toString());
    }

    private static String row(JsonNode rows, String name) {
        for (JsonNode row : rows) {
            if (row.get("name").asText().equals(name)) {
                return row.get("value").asText() + " from " + row.get("source").asText()
                        + (row.has("place") ? " " + row.get("place").asText() : "");
            }
        }
        return "absent";
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("marft.yaml"), yaml);
    }

    @Test
    void shouldPutTheCommandLineBeforeVariablesBeforeTheFileBeforeDefaults() throws IOException {
        Path file = file("environment:\n  in-flight: 1\n  max-untrained: 2\n  patience: 3s\n");
        JsonNode settings = json(
                        Map.of("MARFT_CONFIG", file.toString(), "MARFT_IN_FLIGHT", "4", "MARFT_MAX_UNTRAINED", "5"),
                        "serve",
                        "environment",
                        "--in-flight",
                        "6")
                .get("settings");
        assertEquals("6 from command line --in-flight", row(settings, "environment.in-flight"));
        assertEquals("5 from environment MARFT_MAX_UNTRAINED", row(settings, "environment.max-untrained"));
        assertEquals("3s from file " + file + ":4", row(settings, "environment.patience"));
        assertEquals("32 from default", row(settings, "agents.batch"));
    }

    @Test
    void shouldTakeTheFileThatTheOptionNamesBeforeTheVariables() throws IOException {
        Path file = file("log: {level: warn}\n");
        for (String[] arguments : new String[][] {{"--config", file.toString()}, {"--config=" + file}}) {
            assertEquals(
                    "warn from file " + file + ":1",
                    row(json(Map.of("MARFT_CONFIG", "none.yaml"), arguments).get("settings"), "log.level"));
        }
    }

    @Test
    void shouldTakeABlankVariableForNone() throws IOException {
        assertEquals(
                "64 from default", row(json(Map.of("MARFT_IN_FLIGHT", " ")).get("settings"), "environment.in-flight"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldReadTheDefaultsOfEveryCommand(String command) throws IOException {
        assertEquals("info from default", row(json(Map.of(), command.split(" ")).get("settings"), "log.level"));
    }

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().entrySet().stream()
                .flatMap(entry -> Stream.concat(
                        Stream.of(entry.getKey()),
                        entry.getValue().getSubcommands().keySet().stream().map(sub -> entry.getKey() + " " + sub)));
    }

    @Test
    void shouldShowTheOtherOptionsOfACommandToo() throws IOException {
        JsonNode settings = json(Map.of(), "demo", "--minutes", "2", "--fresh").get("settings");
        assertEquals("2 from command line --minutes", row(settings, "--minutes"));
        assertEquals("1000 from default", row(settings, "--problems"));
        assertEquals("true from command line --fresh", row(settings, "--fresh"));
    }

    @Test
    void shouldHideWhatIsSecret() throws IOException {
        Path client = Files.writeString(
                directory.resolve("client.properties"),
                "security.protocol=SASL_SSL\nsasl.jaas.config=login user=u password=hunter2;\nssl.key.password=hunter2\n");
        Map<String, String> environment = Map.of(
                "MARFT_SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "u:hunter2",
                "MARFT_SCHEMA_REGISTRY_BEARER_AUTH_TOKEN", "hunter2",
                "MARFT_REGISTRY_URL", "https://u:hunter2@registry:8081",
                "MARFT_CLIENT_CONFIG", client.toString());
        JsonNode all = json(environment, "lag");
        JsonNode properties = all.get("clientProperties");
        assertEquals("SASL_SSL from file " + client, row(properties, "security.protocol"));
        assertEquals("*** from file " + client, row(properties, "sasl.jaas.config"));
        assertEquals(
                "*** from environment MARFT_SCHEMA_REGISTRY_BEARER_AUTH_TOKEN",
                row(properties, "schema.registry.bearer.auth.token"));
        assertEquals(
                "https://***@registry:8081 from environment MARFT_REGISTRY_URL",
                row(all.get("settings"), "cluster.registry-url"));
        assertFalse(output.toString().contains("hunter2"), output.toString());
        assertEquals(0, run(environment, "config"));
        assertFalse(output.toString().contains("hunter2"), output.toString());
    }

    @Test
    void shouldShowWhatATrainingFileComesTo() throws IOException {
        Path file = Files.writeString(directory.resolve("training.yaml"), "batchEpisodes: 16\ncritic: {warmup: 2}\n");
        JsonNode training = json(Map.of("MARFT_TRAINING_FILE", file.toString()), "up", "--learning-rate", "0")
                .get("training");
        assertEquals("16 from file " + file, row(training, "batchEpisodes"));
        assertEquals("2 from file " + file, row(training, "critic.warmup"));
        assertEquals("4 from default", row(training, "epochs"));
        assertEquals("0 from command line --learning-rate", row(training, "optimizer.learningRate"));
    }

    @Test
    void shouldNameVariablesThatSetNothing() {
        assertEquals(
                0,
                run(
                        Map.of(
                                "MARFT_IN_FLIGTH",
                                "3",
                                "MARFT_ROUTER_SERVICE_HOST",
                                "10.0.0.1",
                                "MARFT_JAVA_OPTIONS",
                                "-Xmx1g"),
                        "config"));
        assertEquals(
                List.of("marft: variable MARFT_IN_FLIGTH sets nothing: did you mean 'MARFT_IN_FLIGHT'?"),
                errors.toString().lines().toList());
    }

    @Test
    void shouldRefuseABadTextWithItsPlaceBeforeAnythingIsStarted() throws IOException {
        assertEquals(
                2,
                run(
                        Map.of("MARFT_IN_FLIGHT", "none"),
                        "up",
                        "--data-dir",
                        directory.resolve("data").toString()));
        assertTrue(
                errors.toString().startsWith("marft: MARFT_IN_FLIGHT must be a whole number, at least 1, got: 'none'"),
                errors.toString());
        Path file = file("\nagents:\n  linger: soon\n");
        assertEquals(2, run(Map.of(), "lag", "--config", file.toString()));
        assertEquals(
                List.of("marft: " + file
                        + ":3: agents.linger must be a time from 0ms to 1s, such as 500ms, 90s or 5m, got: 'soon'"),
                errors.toString().lines().toList());
        assertFalse(Files.exists(directory.resolve("data")));
    }
}
