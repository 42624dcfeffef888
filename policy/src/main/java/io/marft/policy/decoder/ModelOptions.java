package io.marft.policy.decoder;

/**
 * How a model is held in memory and run.
 *
 * @param device {@code auto} (a GPU if libtorch sees one), {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads number of processors to use; for a large model on a CPU it may change the last bits of a result
 * @param use what the model is loaded for; other uses are refused
 * @param cacheBytes memory for keys and values of requests under way; a request that does not fit waits
 * @param activationBytes largest graph that a training pass keeps; a larger one is computed again, layer by layer
 */
public record ModelOptions(String device, int threads, Use use, long cacheBytes, long activationBytes) {

    private static final long GIB = 1L << 30;

    /** What a model is loaded for. */
    public enum Use {
        /** It generates and scores; on a CPU the weights are kept in the layout that decodes fastest. */
        SERVING,
        /** It scores and trains. */
        TRAINING,
        /** It does all of that; on a CPU the weights are kept in two layouts. */
        BOTH;

        /** Whether it may generate. */
        public boolean generates() {
            return this != TRAINING;
        }

        /** Whether it may train. */
        public boolean trains() {
            return this != SERVING;
        }
    }

    /** All uses, the best device, all processors, 1 GiB for keys and values, graphs of up to 3 GiB. */
    public static final ModelOptions DEFAULT =
            new ModelOptions("auto", Runtime.getRuntime().availableProcessors(), Use.BOTH, GIB, 3 * GIB);

    /** @throws IllegalArgumentException if a value is out of its range */
    public ModelOptions {
        check(
                device.matches("auto|cpu|cuda(:\\d{1,3})?"),
                "device must be auto, cpu, cuda or cuda:N (N counted from 0), got: " + device);
        check(threads > 0, "threads must be at least 1, got: " + threads);
        check(cacheBytes > 0, "cacheBytes must be positive, got: " + cacheBytes);
        check(activationBytes >= 0, "activationBytes must be 0 (keep no graph) or more, got: " + activationBytes);
    }

    /** These options for another use. */
    public ModelOptions with(Use other) {
        return new ModelOptions(device, threads, other, cacheBytes, activationBytes);
    }

    /** These options with another number of threads. */
    public ModelOptions withThreads(int other) {
        return new ModelOptions(device, other, use, cacheBytes, activationBytes);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("Model's " + message);
        }
    }
}
