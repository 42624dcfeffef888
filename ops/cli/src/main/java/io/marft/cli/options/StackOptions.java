package io.marft.cli.options;

import io.marft.local.Installation;
import io.marft.local.ListenPorts;
import io.marft.local.StackSettings;
import io.marft.policy.decoder.ModelOptions;
import io.marft.trainer.configure.TrainingConfiguration;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a local stack runs, and where. */
public final class StackOptions {

    @Option(names = "--data-dir", paramLabel = "DIRECTORY", descriptionKey = "stack.data-dir")
    private Path dataDirectory;

    @Option(names = "--kafka-port", paramLabel = "PORT", descriptionKey = "stack.kafka-port")
    private int kafkaPort;

    @Option(names = "--registry-port", paramLabel = "PORT", descriptionKey = "stack.registry-port")
    private int registryPort;

    @Option(names = "--in-flight", paramLabel = "COUNT", descriptionKey = "environment.in-flight")
    private int inFlight;

    @Mixin
    private TeamOptions team;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private TrainingOptions training;

    public Path dataDirectory() {
        return dataDirectory.toAbsolutePath().normalize();
    }

    public TeamOptions team() {
        return team;
    }

    /** The settings, with seed 1. */
    public StackSettings settings() {
        TrainingConfiguration configuration = training.configuration();
        return new StackSettings(
                Installation.find(),
                dataDirectory(),
                new ListenPorts(kafkaPort, registryPort),
                team.draft(),
                team.model(),
                device.options(ModelOptions.Use.BOTH),
                configuration,
                1,
                inFlight,
                training.threads());
    }
}
