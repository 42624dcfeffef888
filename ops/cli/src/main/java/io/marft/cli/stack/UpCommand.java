package io.marft.cli.stack;

import io.marft.cli.options.StackOptions;
import io.marft.cli.process.Logs;
import io.marft.cli.process.Progress;
import io.marft.cli.process.StopSignal;
import io.marft.local.LocalCluster;
import io.marft.local.LocalStack;
import io.marft.local.RunSeed;
import io.marft.local.StackException;
import io.marft.local.StackSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the local stack in the foreground. */
@Command(
        name = "up",
        description = "Runs the local stack in the foreground until Ctrl-C: broker, schema registry and services.",
        mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {

    private static final Duration GLANCE = Duration.ofMillis(500);

    @Option(names = "--train", description = "Feed training exercises and train, too; without it the team only serves.")
    private boolean train;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description =
                    "Seed of problems, sampling and training. Default: that of the run on the data directory, or 1.")
    private Optional<Long> seed = Optional.empty();

    @Mixin
    private StackOptions stackOptions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        StackSettings settings = stackOptions.settings();
        Progress progress = Progress.onOutput(spec.commandLine().getOut());
        try (StopSignal signal = new StopSignal()) {
            LocalCluster.prepare(settings.dataDirectory());
            Logs.toFile(settings.dataDirectory());
            try (LocalStack stack =
                    LocalStack.start(settings.withSeed(RunSeed.of(settings.dataDirectory(), seed)), progress::say)) {
                if (train) {
                    stack.startTraining();
                }
                progress.say("broker at " + stack.client().bootstrapServers() + ", schema registry at "
                        + stack.client().registryUrl() + "; Ctrl-C stops");
                while (true) {
                    signal.await(GLANCE);
                    stack.failure().ifPresent(failure -> {
                        throw new StackException(failure);
                    });
                }
            } catch (StopSignal.Stopped e) {
                progress.say("stopped; the data are kept in " + settings.dataDirectory());
                return 0;
            }
        }
    }
}
