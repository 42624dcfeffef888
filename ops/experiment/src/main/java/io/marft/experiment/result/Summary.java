package io.marft.experiment.result;

import io.marft.experiment.run.RunResult;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What several runs of a cell came to.
 *
 * @param runs how many there are
 * @param mean of their final accuracies
 * @param deviation their sample standard deviation; 0 if there is one run only
 */
public record Summary(int runs, double mean, double deviation) {

    /** @param results at least one */
    static Summary of(List<RunResult> results) {
        double mean =
                results.stream().mapToDouble(RunResult::accuracy).average().orElseThrow();
        OptionalDouble squares = results.stream()
                .mapToDouble(result -> (result.accuracy() - mean) * (result.accuracy() - mean))
                .average();
        int n = results.size();
        double deviation = n < 2 ? 0 : Math.sqrt(squares.orElseThrow() * n / (n - 1));
        return new Summary(n, mean, deviation);
    }
}
