package io.marft.trainer.oracle;

import java.util.stream.IntStream;

/** The critic's loss. Huber's loss grows with |e|, so the larger of two losses is that of the larger error. */
public record ValueOracle(double coefficient, double clip, double huber) {

    /** c_V times the mean over units, decisions or tokens. */
    public double of(double[] values, double[] oldValues, double[] returns) {
        return coefficient
                * IntStream.range(0, values.length)
                        .mapToDouble(k -> {
                            double held = Math.min(oldValues[k] + clip, Math.max(oldValues[k] - clip, values[k]));
                            return loss(Math.max(Math.abs(values[k] - returns[k]), Math.abs(held - returns[k])));
                        })
                        .average()
                        .orElseThrow();
    }

    /** A parabola up to δ, then the line of slope δ that goes on from it. */
    private double loss(double size) {
        return Math.pow(Math.min(size, huber), 2) / 2 + huber * Math.max(0, size - huber);
    }
}
