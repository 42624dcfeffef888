package io.marft.trainer.optimizer;

/**
 * What AdamW remembers about a set of weights.
 *
 * @param steps how many steps were taken
 * @param first running means of gradients, one per weight
 * @param second running means of squared gradients, one per weight
 */
public record Moments(long steps, float[] first, float[] second) {

    /** Of weights that were never trained. */
    public static Moments zero(int weights) {
        return new Moments(0, new float[weights], new float[weights]);
    }
}
