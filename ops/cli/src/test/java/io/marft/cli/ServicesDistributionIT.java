package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image carries: the services and the commands of an operator. Its services themselves run in the system tests. */
class ServicesDistributionIT {

    private static final Path EVERYTHING = Path.of("target/lib");
    private static final Path SERVICES = Path.of("target/services");

    @TempDir
    Path directory;

    private record Answer(int status, String text) {}

    @Test
    void shouldHaveNoBrokerNoBenchmarksAndNoExperiments() throws IOException {
        List<String> names = names(SERVICES);
        for (String left : List.of("kafka_", "kafka-server", "scala-", "rocksdb", "marft-bench", "marft-experiment")) {
            assertTrue(names(EVERYTHING).stream().anyMatch(name -> name.startsWith(left)), left);
            assertFalse(names.stream().anyMatch(name -> name.startsWith(left)), left);
        }
    }

    @Test
    void shouldBeAtMostThreeFifthsOfEverything() throws IOException {
        assertTrue(bytes(SERVICES) <= 0.6 * bytes(EVERYTHING), bytes(SERVICES) + " of " + bytes(EVERYTHING) + " bytes");
    }

    @Test
    void shouldOfferWhatItCanDoAndNothingElse() throws Exception {
        Answer help = marft("--help");

        assertEquals(0, help.status(), help.text());
        assertTrue(help.text().contains("serve"), help.text());
        assertFalse(help.text().contains("demo"), help.text());
        assertEquals(2, marft("demo").status());
        assertEquals(0, marft("serve", "--help").status());
    }

    @Test
    void shouldSayInOneLineThatItHasNoBrokerOfItsOwn() throws Exception {
        Answer answer = marft("topics", "--data-dir", directory.toString());

        assertEquals(1, answer.status(), answer.text());
        assertEquals(1, answer.text().lines().count(), answer.text());
    }

    private Answer marft(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dmarft.home=" + System.getProperty("marft.home"),
                "-cp",
                SERVICES + File.separator + "*",
                Main.class.getName()));
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text.strip());
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }
}
