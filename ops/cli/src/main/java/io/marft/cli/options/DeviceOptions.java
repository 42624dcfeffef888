package io.marft.cli.options;

import io.marft.policy.decoder.ModelOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a language model runs on. */
public final class DeviceOptions {

    private static final int MIB = 20;

    @Option(names = "--device", paramLabel = "DEVICE", descriptionKey = "model.device")
    private String device;

    @Option(names = "--model-threads", paramLabel = "COUNT", descriptionKey = "model.threads")
    private int threads;

    @Option(names = "--cache-memory", paramLabel = "MIB", descriptionKey = "model.cache-memory")
    private long cacheMemory;

    @Option(names = "--graph-memory", paramLabel = "MIB", descriptionKey = "model.graph-memory")
    private long graphMemory;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /**
     * The options of a model.
     *
     * @throws ParameterException if one is out of range
     */
    public ModelOptions options(ModelOptions.Use use) {
        try {
            int all = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
            return new ModelOptions(device, all, use, cacheMemory << MIB, graphMemory << MIB);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
