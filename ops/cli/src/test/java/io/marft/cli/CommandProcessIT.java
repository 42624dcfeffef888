package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.local.Installation;
import io.marft.local.ListenPorts;
import io.marft.local.LocalCluster;
import io.marft.local.RunningStack;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Update;
import io.marft.streaming.connect.ClientSettings;
import io.marft.testkit.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a user runs them: killed with all their processes or asked to stop, started again, replayed. */
class CommandProcessIT {

    @TempDir
    Path directory;

    @Test
    void shouldResumeFromTheLogAfterAKillAndReplayBitForBit() throws Exception {
        Path data = directory.resolve("data");
        Path training = Files.writeString(directory.resolve("training.yaml"), "{batchEpisodes: 16, epochs: 1}");
        Process first = marft("demo", data, training, "--minutes", "10", "--problems", "30", "--in-flight", "32");
        await(first, () -> updates(data) >= 3);
        killTree(first);

        Process second = marft("demo", data, training, "--minutes", "0.2", "--problems", "30", "--in-flight", "32");
        assertFinishes(second);

        Installation installation = Installation.find();
        try (LocalCluster cluster = LocalCluster.start(installation.registry(), data, ListenPorts.FREE)) {
            cluster.awaitReady();
            ClientSettings client = cluster.client();
            assertEquals(List.of(), RunAccounts.findings(client, "arithmetic"));
            RunAccounts.assertNoExerciseIsLeftOut(client);
            assertEquals(
                    List.of("untuned", "tuned"),
                    new Log(client)
                            .values(Topic.EVALUATIONS, Evaluation.class).stream()
                                    .map(Evaluation::getName)
                                    .toList());
            assertTrue(new Log(client).values(Topic.UPDATES, Update.class).size() > 3, "the second run trained");
        }
        assertFinishes(marft("replay", data, null));
    }

    @Test
    void shouldCloseEverythingWhenAskedToStop() throws Exception {
        Path data = directory.resolve("data");
        Process process = marft("up", data, null);
        await(process, () -> RunningStack.find(data).isPresent());
        List<ProcessHandle> children = process.descendants().toList();
        assertEquals(1, children.size(), "the schema registry");
        process.destroy();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "ran for a minute after it was asked to stop");
        assertFalse(children.get(0).isAlive());
        assertFalse(Files.exists(data.resolve("stack.json")));
        assertTrue(Files.readString(output()).contains("stopped; the data are kept in " + data));
    }

    @Test
    void shouldCloseTheStackThatAskStartedWhenAskedToStop() throws Exception {
        Path data = directory.resolve("data");
        Process process = marft("ask", data, null, "--timeout", "600", "What is 1 + 1?");
        await(process, () -> process.descendants().findAny().isPresent());
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "ran for a minute after it was asked to stop");
        children.forEach(child -> assertFalse(child.isAlive(), "the schema registry outlives the question"));
        assertEquals(143, process.exitValue(), "the status of SIGTERM");
    }

    private Process marft(String command, Path data, Path training, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-Dmarft.home=" + System.getProperty("marft.home"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                command,
                "--data-dir",
                data.toString()));
        if (training != null) {
            words.addAll(List.of("--training", training.toString()));
        }
        words.addAll(List.of(more));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    private String text() {
        try {
            return Files.readString(output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path output() {
        return directory.resolve("output.txt");
    }

    private void assertFinishes(Process process) throws InterruptedException, IOException {
        boolean finished = process.waitFor(4, TimeUnit.MINUTES);
        assertTrue(finished, () -> "ran for four minutes, and wrote\n" + text());
        assertEquals(0, process.exitValue(), Files.readString(output()));
    }

    private static void await(Process process, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(process.isAlive(), "the command ended early");
            assertTrue(System.nanoTime() < deadline, "waited for four minutes");
            LockSupport.parkNanos(300_000_000);
        }
    }

    private static int updates(Path data) {
        Optional<RunningStack> stack = RunningStack.find(data);
        if (stack.isEmpty()) {
            return 0;
        }
        try {
            return new Log(stack.get().client())
                    .values(Topic.UPDATES, Update.class)
                    .size();
        } catch (IllegalArgumentException e) {
            return 0; // The topic is not there yet.
        }
    }

    private static void killTree(Process process) {
        List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        tree.forEach(ProcessHandle::destroyForcibly);
        tree.forEach(handle -> handle.onExit().join());
    }
}
