package io.marft.bench.pipeline;

import java.util.List;

/**
 * How long many things took, in milliseconds.
 *
 * @param sorted all of them, least first; at least one
 */
record Latencies(List<Double> sorted) {

    Latencies {
        sorted = sorted.stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("latencies must be at least one");
        }
    }

    /** The least value that this share of all, between 0 and 1, does not exceed (nearest rank). */
    double quantile(double share) {
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }

    double most() {
        return sorted.get(sorted.size() - 1);
    }
}
