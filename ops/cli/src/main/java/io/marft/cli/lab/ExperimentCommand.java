package io.marft.cli.lab;

import io.marft.cli.process.Progress;
import io.marft.cli.process.StopSignal;
import io.marft.environments.task.Tasks;
import io.marft.experiment.ExperimentRunner;
import io.marft.experiment.RunnerStatus;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.declare.ExperimentFile;
import io.marft.experiment.result.ResultsFolder;
import io.marft.experiment.run.RunResult;
import io.marft.experiment.run.StoppedException;
import io.marft.local.Installation;
import io.marft.policy.LanguageModel;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.decoder.ModelOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a declared grid of teams, algorithms and seeds. */
@Command(
        name = "experiment",
        description = "Runs a declared grid of teams, algorithms and seeds, each run at the same budget of generated "
                + "tokens, in this process and without a broker; writes a table, learning curves and all figures. An "
                + "experiment that was interrupted goes on where it was.",
        mixinStandardHelpOptions = true)
public final class ExperimentCommand implements Callable<Integer> {

    private static final int STOPPED = 130;

    @Parameters(paramLabel = "FILE", description = "The experiment (YAML), such as experiments/paper-table.yaml.")
    private Path file;

    @Option(
            names = "--out",
            paramLabel = "DIRECTORY",
            description = "Where the results lie. Default: results/NAME, by the experiment's name.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--fresh", description = "Begin anew: delete the runs in the results folder.")
    private boolean fresh;

    @Option(
            names = "--parallel",
            paramLabel = "COUNT",
            defaultValue = "1",
            description =
                    "Runs at once, each with a model of its own in memory; changes no result. Default: ${DEFAULT-VALUE}.")
    private int parallel;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Micro-batches that each run's updates work on at once; changes no result. "
                    + "Default: this machine's processors by --parallel.")
    private int threads;

    @Option(names = "--model", paramLabel = "DIRECTORY", descriptionKey = "model.directory")
    private String model;

    @Option(names = "--device", paramLabel = "DEVICE", descriptionKey = "experiment.device")
    private String device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (parallel < 1 || threads < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--parallel must be at least 1 and --threads not negative, got: " + parallel + ", " + threads);
        }
        Experiment experiment = ExperimentFile.load(file);
        Path directory = model.isBlank() ? Installation.find().model() : Path.of(model);
        Checkpoint.requireFiles(directory);
        ModelOptions options = options();
        Progress progress = Progress.onOutput(spec.commandLine().getOut());
        Path results = out.orElse(Path.of("results", experiment.name()));
        try (StopSignal signal = new StopSignal();
                ResultsFolder folder = ResultsFolder.open(results)) {
            if (fresh) {
                folder.clear();
            }
            ExperimentRunner runner = new ExperimentRunner(
                    experiment,
                    Tasks.named(Tasks.BUNDLED),
                    folder,
                    () -> LanguageModel.load(directory, options),
                    perRun());
            return follow(runner, signal, progress, results);
        }
    }

    /** One thread: with more the model would share a batch out as its threads happen to be free. */
    private ModelOptions options() {
        try {
            ModelOptions usual = ModelOptions.DEFAULT;
            return new ModelOptions(device, 1, ModelOptions.Use.BOTH, usual.cacheBytes(), usual.activationBytes());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int perRun() {
        return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
    }

    private int follow(ExperimentRunner runner, StopSignal signal, Progress progress, Path results) {
        ConcurrentLinkedQueue<RunResult> finished = new ConcurrentLinkedQueue<>();
        CompletableFuture<?> work = CompletableFuture.runAsync(
                () -> runner.run(parallel, finished::add), task -> new Thread(task, "experiment").start());
        try {
            long shown = System.nanoTime();
            while (!work.isDone()) {
                signal.await(Duration.ofMillis(200));
                say(finished, runner, progress);
                if (System.nanoTime() - shown > progress.intervalMillis() * 1_000_000) {
                    shown = System.nanoTime();
                    progress.state(line(runner.status()));
                }
            }
            work.join();
        } catch (StopSignal.Stopped e) {
            progress.say("stopping at the next good place");
            runner.stop();
            return stopped(work, progress, results);
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoppedException) {
                return stopped(work, progress, results);
            }
            throw e;
        }
        say(finished, runner, progress);
        progress.say("all " + runner.status().runs() + " runs are done: see table.md, curves.svg and results.json in "
                + results);
        return 0;
    }

    private int stopped(CompletableFuture<?> work, Progress progress, Path results) {
        try {
            work.join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof StoppedException)) {
                throw e;
            }
        }
        progress.say("stopped; what is finished is kept in " + results + ": the same command goes on from there");
        return STOPPED;
    }

    private static void say(ConcurrentLinkedQueue<RunResult> finished, ExperimentRunner runner, Progress progress) {
        RunnerStatus status = runner.status();
        for (RunResult run = finished.poll(); run != null; run = finished.poll()) {
            int number = status.finished() - finished.size();
            progress.say(String.format(
                    Locale.ROOT,
                    "run %d of %d, %s: %.1f %% after %d updates and %d tokens, %.0f s",
                    number,
                    status.runs(),
                    run.key(),
                    100 * run.accuracy(),
                    run.updates(),
                    run.state().tokens(),
                    run.state().seconds()));
        }
    }

    static String line(RunnerStatus status) {
        String active = status.active().stream().map(ExperimentCommand::line).collect(Collectors.joining("; "));
        String left = status.left()
                .map(time -> String.format(
                        Locale.ROOT, "  left %d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart()))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "run %d of %d%s  %s",
                Math.min(status.runs(), status.finished() + 1),
                status.runs(),
                left,
                active.isEmpty() ? "loading the model" : active);
    }

    private static String line(RunnerStatus.Active run) {
        String tokens = run.budget() == 0 ? "" : " " + run.tokens() + " of " + run.budget() + " tokens";
        String accuracy = run.accuracy().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT, " accuracy %.1f %%", 100 * run.accuracy().getAsDouble());
        return run.key() + tokens + accuracy;
    }
}
