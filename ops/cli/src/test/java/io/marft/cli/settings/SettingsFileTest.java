package io.marft.cli.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.cli.settings.Given.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFileTest {

    @TempDir
    Path directory;

    private Map<String, Given> read(String yaml) {
        try {
            return SettingsFile.read(Files.writeString(directory.resolve("marft.yaml"), yaml));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Given at(int line, String text) {
        return new Given(text, Origin.FILE, directory.resolve("marft.yaml") + ":" + line);
    }

    @Test
    void shouldTellEachTextWithItsLine() {
        assertEquals(
                Map.of(
                        "cluster.bootstrap-servers",
                        at(2, "one:9092,two:9092"),
                        "environment.in-flight",
                        at(4, "8"),
                        "agents.names",
                        at(5, "reasoner,actor"),
                        "model.directory",
                        at(8, "/models/${x}")),
                read(
                        """
                        cluster:
                          bootstrap-servers: one:9092,two:9092
                        environment:
                          in-flight: 8
                        agents: {names: [reasoner, actor]}
                        # a comment
                        model:
                          directory: "/models/${x}"
                        """));
    }

    @Test
    void shouldTakeAnEmptyFileForNothing() {
        assertEquals(Map.of(), read(""));
        assertEquals(Map.of(), read("# nothing\n"));
    }

    @Test
    void shouldTakeAnEmptyValueForNothing() {
        assertEquals(Map.of("agents.names", at(2, "")), read("agents:\n  names:\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    agents: {batches: 8}             | :1: unknown key 'agents.batches': did you mean 'agents.batch'?; `marft config` lists all keys
                    colour: red                      | :1: unknown key 'colour'; `marft config` lists all keys
                    agents: 8                        | :1: 'agents' is a section: write its settings below it, indented
                    agents: {batch: 0}               | :1: agents.batch must be a whole number, at least 1, got: '0'
                    agents: {batch: {size: 1}}       | :1: agents.batch must be a whole number, at least 1, got a section or a nested list
                    agents: {names: [[a]]}           | :1: agents.names must be names of agents, separated by commas, got a section or a nested list
                    {agents.batch: 1, agents: {batch: 2}} | :1: key 'agents.batch' stands twice: take one out
                    [agents]                         | :1: a settings file holds sections, such as cluster: or model:
                    config: other.yaml               | :1: unknown key 'config'; `marft config` lists all keys
                    agents: {batch: [                | :1: not YAML: while parsing a flow node
                    """)
    void shouldRefuseWithPlaceRuleAndMend(String yaml, String message) {
        SettingsException refused = assertThrows(SettingsException.class, () -> read(yaml));
        assertEquals(directory.resolve("marft.yaml") + message, refused.getMessage());
    }

    @Test
    void shouldRefuseASecondDocument() {
        SettingsException refused =
                assertThrows(SettingsException.class, () -> read("log: {level: warn}\n---\nlog: {level: info}\n"));
        assertEquals(
                directory.resolve("marft.yaml")
                        + ":3: a settings file is one document: take out what follows the first",
                refused.getMessage());
    }

    @Test
    void shouldNameTheFileThatIsMissing() {
        Path file = directory.resolve("none.yaml");
        assertEquals(
                "settings file " + file + " does not exist: name one with --config",
                assertThrows(SettingsException.class, () -> SettingsFile.read(file))
                        .getMessage());
    }
}
