package io.marft.cli.options;

import io.marft.local.Installation;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a team is trained. */
public final class TrainingOptions {

    @Option(
            names = "--training",
            paramLabel = "FILE",
            defaultValue = "${MARFT_TRAINING_FILE:-}",
            description = "How to train (YAML); what it does not name has MARFT's defaults. "
                    + "Default: MARFT_TRAINING_FILE, or else the bundled team's.")
    private String file;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            description = "The agents' learning rate instead of the configured one; 0 learns nothing, for comparison.")
    private Optional<Double> learningRate = Optional.empty();

    @Option(
            names = "--trainer-threads",
            defaultValue = "${MARFT_TRAINER_THREADS:-2}",
            description = "How many micro-batches the trainer works on at once; changes no result. "
                    + "Default: MARFT_TRAINER_THREADS, or else 2.")
    private int threads;

    public int threads() {
        return threads;
    }

    public TrainingConfiguration configuration() {
        TrainingConfiguration base =
                TrainingFile.load(file.isBlank() ? Installation.find().training() : Path.of(file));
        return learningRate.map(base::withLearningRate).orElse(base);
    }
}
