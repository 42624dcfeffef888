package io.marft.trainer.advantage;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the advantages of an update are brought to mean 0 and standard deviation 1: (A − mean) / (standard deviation +
 * 1e-8), over the population of all units (actions, or at token level tokens).
 */
public enum Normalization {
    /**
     * Each agent's by themselves. Agents' advantages differ in scale (an early agent's are damped by γλ and by the
     * critic), and each is to take steps of the same size.
     */
    @JsonProperty("per-agent")
    PER_AGENT,
    /** All agents' together; exact zeros, which stand for no credit at all, do not count for mean and deviation. */
    @JsonProperty("joint")
    JOINT,
    /** Not at all. */
    @JsonProperty("none")
    NONE;

    /** Keeps the quotient finite where all advantages are equal. */
    private static final double EPSILON = 1e-8;

    /**
     * Normalises an update's advantages.
     *
     * @param advantages A, {@code [decisions][units]}; left as they are
     * @param agents whose decision each is
     */
    public double[][] of(double[][] advantages, List<String> agents) {
        double[][] normalised = new double[advantages.length][];
        for (int k = 0; k < advantages.length; k++) {
            normalised[k] = advantages[k].clone();
        }
        switch (this) {
            case PER_AGENT ->
                agents.stream().distinct().forEach(agent -> {
                    List<double[]> own = new ArrayList<>();
                    for (int k = 0; k < normalised.length; k++) {
                        if (agents.get(k).equals(agent)) {
                            own.add(normalised[k]);
                        }
                    }
                    standardise(own, false);
                });
            case JOINT -> standardise(Arrays.asList(normalised), true);
            case NONE -> {}
        }
        return normalised;
    }

    private static void standardise(List<double[]> rows, boolean withoutZeros) {
        double[] all = rows.stream()
                .flatMapToDouble(Arrays::stream)
                .filter(value -> !withoutZeros || value != 0)
                .toArray();
        double mean = 0;
        for (double value : all) {
            mean += value / all.length;
        }
        double variance = 0;
        for (double value : all) {
            variance += (value - mean) * (value - mean) / all.length;
        }
        double deviation = Math.sqrt(variance) + EPSILON;
        for (double[] row : rows) {
            for (int t = 0; t < row.length; t++) {
                row[t] = (row[t] - mean) / deviation;
            }
        }
    }
}
