package io.marft.trainer.oracle;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The three normalisations of advantages, of a flat list of actions or tokens. The variance is taken from all pairs. */
public final class NormalisationOracle {

    private NormalisationOracle() {}

    /** Each agent's by themselves; {@code agents} says whose each is. */
    public static double[] perAgent(double[] advantages, int[] agents) {
        return IntStream.range(0, advantages.length)
                .mapToDouble(i -> standard(
                        advantages[i],
                        IntStream.range(0, advantages.length)
                                .filter(j -> agents[j] == agents[i])
                                .mapToDouble(j -> advantages[j])
                                .toArray()))
                .toArray();
    }

    /** All together; exact zeros do not count towards mean and deviation, but are shifted like the rest. */
    public static double[] joint(double[] advantages) {
        double[] counted = DoubleStream.of(advantages).filter(a -> a != 0).toArray();
        return counted.length == 0
                ? advantages.clone()
                : DoubleStream.of(advantages).map(a -> standard(a, counted)).toArray();
    }

    /** As they are. */
    public static double[] none(double[] advantages) {
        return advantages.clone();
    }

    /** Var = Σ_{i<j} (x_i − x_j)² / n². */
    private static double standard(double advantage, double[] population) {
        double n = population.length;
        double pairs = IntStream.range(0, population.length)
                .mapToDouble(i -> IntStream.range(0, i)
                        .mapToDouble(j -> Math.pow(population[i] - population[j], 2))
                        .sum())
                .sum();
        return (advantage - DoubleStream.of(population).sum() / n) / (Math.sqrt(pairs) / n + 1e-8);
    }
}
