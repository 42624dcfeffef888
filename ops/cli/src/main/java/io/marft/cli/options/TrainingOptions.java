package io.marft.cli.options;

import io.marft.local.Installation;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a team is trained. */
public final class TrainingOptions {

    @Option(names = "--training", paramLabel = "FILE", descriptionKey = "training.file")
    private String file;

    @Option(names = "--learning-rate", paramLabel = "RATE", descriptionKey = "training.learning-rate")
    private Optional<Double> learningRate = Optional.empty();

    @Option(names = "--trainer-threads", paramLabel = "COUNT", descriptionKey = "training.threads")
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
