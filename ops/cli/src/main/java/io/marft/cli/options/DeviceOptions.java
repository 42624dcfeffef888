package io.marft.cli.options;

import io.marft.policy.decoder.ModelOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a language model runs on. */
public final class DeviceOptions {

    private static final int MIB = 20;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "${MARFT_DEVICE:-auto}",
            description = "Where the model runs: cpu, cuda, cuda:N, or auto for a GPU if libtorch sees one. "
                    + "Default: MARFT_DEVICE, or else auto.")
    private String device;

    @Option(
            names = "--model-threads",
            paramLabel = "COUNT",
            defaultValue = "${MARFT_MODEL_THREADS:-0}",
            description = "Processors that the model may use; 0 for all. Default: MARFT_MODEL_THREADS, or else 0.")
    private int threads;

    @Option(
            names = "--cache-memory",
            paramLabel = "MIB",
            defaultValue = "${MARFT_CACHE_MEMORY:-1024}",
            description = "Memory for keys and values of requests under way; what does not fit waits. "
                    + "Default: MARFT_CACHE_MEMORY, or else 1024.")
    private long cacheMemory;

    @Option(
            names = "--graph-memory",
            paramLabel = "MIB",
            defaultValue = "${MARFT_GRAPH_MEMORY:-3072}",
            description =
                    "The largest graph that a training pass keeps; a larger one is computed again, layer by layer. "
                            + "Default: MARFT_GRAPH_MEMORY, or else 3072.")
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
