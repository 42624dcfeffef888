package io.marft.cli.lab;

import io.marft.bench.update.UpdateBench;
import io.marft.bench.update.UpdatePlan;
import io.marft.bench.update.UpdateReport;
import io.marft.cli.options.TeamOptions;
import io.marft.local.Installation;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.objective.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures an update. */
@Command(
        name = "update",
        description =
                "Plays episodes and measures a MARFT update on them, in this process and without a broker: seconds, "
                        + "what share each phase takes, and how long the model's passes alone take. Every epoch runs: targetKl "
                        + "stops none.",
        mixinStandardHelpOptions = true)
final class BenchUpdateCommand implements Callable<Integer> {

    @Mixin
    private TeamOptions team;

    @Option(names = "--training", paramLabel = "FILE", descriptionKey = "training.file")
    private String training;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description = "action or token. Default: what the training file says.")
    private Optional<Level> level = Optional.empty();

    @Option(
            names = "--episodes",
            paramLabel = "COUNT",
            defaultValue = "64",
            description = "Episodes. Default: ${DEFAULT-VALUE}.")
    private int episodes;

    @Option(
            names = "--repetitions",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Updates to take the median of, after one that warms up. Default: ${DEFAULT-VALUE}.")
    private int repetitions;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description =
                    "Micro-batches to work on at once; 0 for as many as there are processors. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--device", paramLabel = "DEVICE", descriptionKey = "model.device")
    private String device;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures to this file, too.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UpdateReport report = new UpdateBench(plan(), BenchCommand.progress(spec)).run();
        BenchCommand.report(spec, report.text(), report.json(), json);
        return 0;
    }

    private UpdatePlan plan() {
        TrainingConfiguration file =
                TrainingFile.load(training.isBlank() ? Installation.find().training() : Path.of(training));
        TrainingConfiguration configuration = level.map(file::withLevel).orElse(file);
        int all = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        try {
            return new UpdatePlan(team.model(), device, team.team(), configuration, episodes, repetitions, all);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
