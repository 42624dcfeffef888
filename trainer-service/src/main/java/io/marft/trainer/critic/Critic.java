package io.marft.trainer.critic;

import io.marft.policy.decoder.Perceptrons;
import java.util.List;
import java.util.Random;

/**
 * The critic: a multilayer perceptron on the frozen base model's last hidden state, width → hidden sizes → 1, with ReLU
 * between layers and no bias.
 *
 * <p>Its weights lie in one array, layer after layer, each layer {@code [out, in]} by rows, in float32; {@link Perceptrons}
 * computes with them in float64. Immutable: training makes a new critic by {@link #with}.
 */
public final class Critic {

    /** Their bytes, and those of 512 states beside them, can be counted in an int: see {@link Perceptrons}. */
    private static final long MOST_WEIGHTS = 400_000_000;

    private final List<Integer> sizes;
    private final float[] weights;

    private Critic(List<Integer> sizes, float[] weights) {
        this.sizes = sizes;
        this.weights = weights;
    }

    /**
     * A critic of given weights.
     *
     * @param sizes width of the features, hidden sizes, 1
     * @param weights all layers' weights
     * @throws IllegalArgumentException if the number of weights is not that of the sizes
     */
    public static Critic of(List<Integer> sizes, float[] weights) {
        if (weights.length != count(sizes)) {
            throw new IllegalArgumentException(
                    "critic of sizes " + sizes + " has " + count(sizes) + " weights, got: " + weights.length);
        }
        return new Critic(List.copyOf(sizes), weights.clone());
    }

    /**
     * A fresh critic, weights uniform in ±1/√in.
     *
     * @param sizes width of the features, hidden sizes, 1
     * @throws IllegalArgumentException if these sizes make more weights than can be held
     */
    public static Critic initial(List<Integer> sizes, long seed) {
        float[] weights = new float[count(sizes)];
        Random random = new Random(seed);
        int at = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            double bound = 1 / Math.sqrt(sizes.get(layer - 1));
            for (int end = at + sizes.get(layer) * sizes.get(layer - 1); at < end; at++) {
                weights[at] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
        return new Critic(List.copyOf(sizes), weights);
    }

    private static int count(List<Integer> sizes) {
        long count = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            count += (long) sizes.get(layer) * sizes.get(layer - 1);
        }
        if (count > MOST_WEIGHTS) {
            throw new IllegalArgumentException("critic of sizes " + sizes + " must have at most " + MOST_WEIGHTS
                    + " weights, got: " + count + "; make critic.hidden smaller");
        }
        return (int) count;
    }

    /** Width of the features, hidden sizes, 1. */
    public List<Integer> sizes() {
        return sizes;
    }

    /** How many weights it has. */
    public int size() {
        return weights.length;
    }

    /** A copy of all weights, layer after layer. */
    public float[] weights() {
        return weights.clone();
    }

    /** A critic of the same sizes with other weights. */
    public Critic with(float[] newWeights) {
        return of(sizes, newWeights);
    }

    /**
     * V of several states.
     *
     * @param features {@code [states][width]}
     */
    public double[] values(Perceptrons perceptrons, List<float[]> features) {
        return perceptrons.values(sizes, weights, features);
    }

    /**
     * A loss's derivative by every weight.
     *
     * @param features {@code [states][width]}
     * @param byValue the loss's derivative by the value of each state
     * @return in the order of {@link #weights}
     */
    public float[] gradient(Perceptrons perceptrons, List<float[]> features, double[] byValue) {
        return perceptrons.gradient(sizes, weights, features, byValue);
    }
}
