package io.marft.trainer.advantage;

/**
 * Advantages of one agent brought to mean 0 and standard deviation 1 over the whole batch: {@code per-agent}
 * normalisation. Agents' advantages differ in scale (an early agent's are damped by γλ and by the critic), and each is
 * to take steps of the same size.
 */
public final class Standardisation {

    /** Keeps the quotient finite where all advantages are equal. */
    private static final double EPSILON = 1e-8;

    private Standardisation() {}

    /**
     * (A − mean) / (standard deviation + 1e-8), over the population.
     *
     * @param advantages one agent's advantages; left as they are
     */
    public static double[] of(double[] advantages) {
        double mean = 0;
        for (double advantage : advantages) {
            mean += advantage / advantages.length;
        }
        double variance = 0;
        for (double advantage : advantages) {
            variance += (advantage - mean) * (advantage - mean) / advantages.length;
        }
        double[] standardised = new double[advantages.length];
        for (int k = 0; k < advantages.length; k++) {
            standardised[k] = (advantages[k] - mean) / (Math.sqrt(variance) + EPSILON);
        }
        return standardised;
    }
}
