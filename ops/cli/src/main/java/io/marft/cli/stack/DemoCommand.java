package io.marft.cli.stack;

import io.marft.cli.options.StackOptions;
import io.marft.cli.process.Logs;
import io.marft.cli.process.Progress;
import io.marft.cli.process.StopSignal;
import io.marft.local.LocalCluster;
import io.marft.local.LocalStack;
import io.marft.local.RunSeed;
import io.marft.local.StackSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows a team learn, on this machine, with everything real. */
@Command(
        name = "demo",
        description =
                "Runs everything on this machine: measures the untuned team on held-out problems, trains it online "
                        + "while it serves, and measures it again.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {

    private static final int STOPPED = 130;

    @Option(
            names = "--minutes",
            paramLabel = "MINUTES",
            defaultValue = "4",
            description =
                    "How long to train. Default: ${DEFAULT-VALUE}; the whole run takes about a minute and a half more.")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description =
                    "Seed of problems, sampling and training. Default: that of the run on the data directory, or 1.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--problems",
            paramLabel = "COUNT",
            defaultValue = "1000",
            description = "How many held-out problems each measurement asks. Default: ${DEFAULT-VALUE}.")
    private int problems;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file, too.")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--fresh", description = "Begin anew: delete the data of earlier runs.")
    private boolean fresh;

    @Mixin
    private StackOptions stackOptions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(minutes > 0) || problems < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--minutes and --problems must be positive, got: " + minutes + ", " + problems);
        }
        StackSettings settings = stackOptions.settings();
        Progress progress = Progress.onOutput(spec.commandLine().getOut());
        try (StopSignal signal = new StopSignal()) {
            if (fresh) {
                LocalCluster.delete(settings.dataDirectory());
            }
            LocalCluster.prepare(settings.dataDirectory());
            Logs.toFile(settings.dataDirectory());
            return run(settings.withSeed(RunSeed.of(settings.dataDirectory(), seed)), signal, progress);
        }
    }

    private int run(StackSettings settings, StopSignal signal, Progress progress) {
        DemoReport report;
        try (LocalStack stack = LocalStack.start(settings, step -> {
            signal.check();
            progress.say(step);
        })) {
            report = new Demo(stack, signal, progress, problems, settings.seed())
                    .run(Duration.ofMillis(Math.round(minutes * 60_000)));
            progress.say("stopping the services");
        } catch (RuntimeException e) {
            if (!signal.asked()) {
                throw e;
            }
            progress.say("stopped; the data are kept in " + settings.dataDirectory()
                    + ": the same command goes on from the last update");
            return STOPPED;
        }
        report.print(spec.commandLine().getOut(), settings.dataDirectory());
        json.ifPresent(report::write);
        return 0;
    }
}
