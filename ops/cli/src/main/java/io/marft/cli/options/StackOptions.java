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

    @Option(
            names = "--data-dir",
            paramLabel = "DIRECTORY",
            defaultValue = "${MARFT_DATA_DIR:-.marft}",
            description = "Where all data lie, kept between runs. Default: MARFT_DATA_DIR, or else .marft.")
    private Path dataDirectory;

    @Option(
            names = "--kafka-port",
            defaultValue = "0",
            description = "Port of the broker on 127.0.0.1. Default: a free one, kept between runs.")
    private int kafkaPort;

    @Option(
            names = "--registry-port",
            defaultValue = "0",
            description = "Port of the schema registry on 127.0.0.1. Default: a free one, kept between runs.")
    private int registryPort;

    @Option(
            names = "--in-flight",
            defaultValue = "64",
            description = "How many training episodes may be open at a time. Default: 64.")
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
