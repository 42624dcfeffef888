package io.marft.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.Task;
import io.marft.experiment.declare.ExperimentException;
import io.marft.experiment.declare.ExperimentFile;
import io.marft.experiment.declare.RunKey;
import io.marft.experiment.result.ResultsFolder;
import io.marft.experiment.run.RunPlan;
import io.marft.experiment.run.RunResult;
import io.marft.experiment.run.StoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole experiments on the bundled model, of a few batches each. */
class ExperimentRunnerTest {

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private static Path file;
    private static Path reference;

    @BeforeAll
    static void runOnce() {
        file = Sample.write(shared, Sample.SMALL);
        reference = shared.resolve("reference");
        run(reference, new ArithmeticTask(), 1, 1);
    }

    /** Runs the small experiment; which runs were done. */
    private static List<RunKey> run(Path out, Task task, int parallel, int threads) {
        List<RunKey> done = new ArrayList<>();
        try (ResultsFolder folder = ResultsFolder.open(out)) {
            new ExperimentRunner(ExperimentFile.load(file), task, folder, Sample::model, threads)
                    .run(parallel, result -> done.add(result.key()));
        }
        return done;
    }

    private static String results(Path out) throws IOException {
        return Files.readString(out.resolve("results.json"));
    }

    /** Dies after so many training exercises. */
    private static final class Dying implements Task {

        private final Task task = new ArithmeticTask();
        private final AtomicInteger left;

        Dying(int exercises) {
            left = new AtomicInteger(exercises);
        }

        @Override
        public String name() {
            return task.name();
        }

        @Override
        public Exercise training(long seed, long index) {
            if (left.decrementAndGet() < 0) {
                throw new IllegalStateException("died");
            }
            return task.training(seed, index);
        }

        @Override
        public Exercise heldOut(long seed, long index) {
            return task.heldOut(seed, index);
        }
    }

    @Test
    void shouldTrainUntilTheBudgetIsUsedAndMeasureAtEveryPoint() throws IOException {
        try (ResultsFolder folder = ResultsFolder.open(reference)) {
            RunPlan plan = RunPlan.of(
                    ExperimentFile.load(file), new RunKey("two", "marft", 1), "arithmetic", digest(reference));
            RunResult run = folder.finished(plan).orElseThrow();

            assertTrue(run.state().tokens() >= 2500, run.toString());
            assertEquals(3, run.state().curve().size());
            assertEquals(0, run.state().curve().get(0).tokens());
            assertTrue(run.state().curve().get(1).tokens() >= 1250);
            assertEquals(run.state().tokens(), run.state().curve().get(2).tokens());
            assertEquals(run.updates(), run.state().returns().size());
            assertEquals(16 * run.updates(), run.state().episodes());
            assertEquals(
                    List.of("reasoner", "actor"), List.copyOf(run.adapters().keySet()));
            assertTrue(run.state().seconds() > 0);
            assertFalse(results(reference).contains("seconds"));
        }
    }

    private static String digest(Path out) throws IOException {
        String json = Files.readString(out.resolve("runs/two.marft.1.json"));
        return json.lines()
                .filter(line -> line.contains("\"model\""))
                .map(line -> line.replaceAll(".*\"(sha256:[0-9a-f]+)\".*", "$1"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldComeToTheSameWithOtherThreadsAndSeveralRunsAtOnce() throws IOException {
        run(directory, new ArithmeticTask(), 2, 2);

        assertEquals(results(reference), results(directory));
    }

    @Test
    void shouldComeToTheSameAfterAnInterruption() throws IOException {
        // 16 exercises a batch: in the second batch after the checkpoint at the middle point, the last one of the run.
        assertThrows(IllegalStateException.class, () -> run(directory, new Dying(40), 1, 1));
        assertTrue(Files.exists(directory.resolve("runs/two.marft.1.checkpoint.json")));
        assertTrue(Files.readString(directory.resolve("table.md")).contains("Unfinished: 1 of 4 runs are done."));

        List<RunKey> done = run(directory, new ArithmeticTask(), 1, 1);

        assertEquals(
                List.of(new RunKey("two", "marft", 1), new RunKey("two", "untuned", 2), new RunKey("two", "marft", 2)),
                done);
        assertEquals(results(reference), results(directory));
        assertFalse(Files.exists(directory.resolve("runs/two.marft.1.checkpoint.json")));
    }

    @Test
    void shouldNotRunAgainWhatIsFinished() {
        assertEquals(List.of(), run(reference, new Dying(0), 1, 1));
    }

    @Test
    void shouldStopWhenAskedTo() {
        try (ResultsFolder folder = ResultsFolder.open(directory)) {
            ExperimentRunner runner =
                    new ExperimentRunner(ExperimentFile.load(file), new ArithmeticTask(), folder, Sample::model, 1);

            assertThrows(StoppedException.class, () -> runner.run(1, result -> runner.stop()));

            assertEquals(1, runner.status().finished());
            assertEquals(4, runner.status().runs());
        }
    }

    @Test
    void shouldRefuseResultsOfOtherSettingsAndNameThem() throws IOException {
        Path changed = Sample.write(directory, Sample.SMALL.replace("problems: 24", "problems: 25"));
        try (ResultsFolder folder = ResultsFolder.open(reference)) {
            ExperimentRunner runner =
                    new ExperimentRunner(ExperimentFile.load(changed), new ArithmeticTask(), folder, Sample::model, 1);

            var refusal = assertThrows(ExperimentException.class, () -> runner.run(1, result -> {}));

            assertEquals(
                    "results folder " + reference + " holds run two.untuned.1 with another problems: name another"
                            + " folder with --out, or begin anew with --fresh",
                    refusal.getMessage());
        }
    }

    @Test
    void shouldKeepASecondExperimentOutOfItsFolder() {
        try (ResultsFolder folder = ResultsFolder.open(directory)) {
            var refusal = assertThrows(ExperimentException.class, () -> ResultsFolder.open(folder.path()));

            assertTrue(refusal.getMessage().contains("is used by a running experiment"), refusal.getMessage());
        }
    }

    @Test
    void shouldForgetRunsWhenBegunAnew() throws IOException {
        Files.createDirectories(directory.resolve("runs"));
        Files.writeString(directory.resolve("runs/two.untuned.1.json"), "{}");
        Files.writeString(directory.resolve("notes.txt"), "mine");
        try (ResultsFolder folder = ResultsFolder.open(directory)) {
            folder.clear();
        }

        assertFalse(Files.exists(directory.resolve("runs/two.untuned.1.json")));
        assertTrue(Files.exists(directory.resolve("notes.txt")));
    }
}
