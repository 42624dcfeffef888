package io.marft.bench.policy;

import io.marft.policy.decoder.ModelOptions;

/**
 * What a measuring process is to do.
 *
 * @param model a checkpoint's directory; it needs no tokenizer
 * @param device as in {@link ModelOptions}
 * @param threads as in {@link ModelOptions}
 * @param cacheBytes as in {@link ModelOptions}
 * @param activationBytes as in {@link ModelOptions}
 * @param warmUpSeconds how long to repeat, and at least twice, before what is measured
 * @param workload what a repetition works on
 */
public record Plan(
        String model,
        String device,
        int threads,
        long cacheBytes,
        long activationBytes,
        double warmUpSeconds,
        Workload workload) {

    /** Checks the ranges. */
    public Plan {
        if (!(warmUpSeconds >= 0) || Double.isInfinite(warmUpSeconds)) {
            throw new IllegalArgumentException("warm-up must be 0 seconds or more, got: " + warmUpSeconds);
        }
        options(device, threads, ModelOptions.Use.SERVING, cacheBytes, activationBytes);
    }

    ModelOptions options(ModelOptions.Use use) {
        return options(device, threads, use, cacheBytes, activationBytes);
    }

    private static ModelOptions options(
            String device, int threads, ModelOptions.Use use, long cacheBytes, long activationBytes) {
        return new ModelOptions(device, threads, use, cacheBytes, activationBytes);
    }
}
