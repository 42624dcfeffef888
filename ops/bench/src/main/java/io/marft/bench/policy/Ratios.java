package io.marft.bench.policy;

import java.util.Optional;

/**
 * A phase's figures divided by its rival's.
 *
 * @param speed of the medians; above 1 is faster
 * @param memory of the peaks, if both have their own; below 1 is less
 */
public record Ratios(double speed, Optional<OfMemory> memory) {

    /**
     * Of peaks of memory.
     *
     * @param anonymous of what no file backs
     * @param resident of all that is resident
     */
    public record OfMemory(double anonymous, double resident) {}

    public static Ratios of(Measured phase, Rival rival) {
        return new Ratios(
                phase.speeds().median() / rival.speeds().median(),
                rival.memory()
                        .map(other -> new OfMemory(
                                (double) phase.memory().anonymousPeak() / other.anonymousPeak(),
                                (double) phase.memory().residentPeak() / other.residentPeak())));
    }
}
