package io.marft.trainer.critic;

import java.util.List;
import java.util.Random;

/**
 * The critic: a multilayer perceptron on the frozen base model's last hidden state, width → hidden sizes → 1, with ReLU
 * between layers and no bias.
 *
 * <p>Its weights lie in one array, layer after layer, each layer {@code [out, in]} by rows, in float32; sums are taken in
 * double and in one fixed order, so results repeat bit for bit. Immutable: training makes a new critic by
 * {@link #with}.
 */
public final class Critic {

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
        int count = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            count += sizes.get(layer) * sizes.get(layer - 1);
        }
        return count;
    }

    /** Width of the features, hidden sizes, 1. */
    public List<Integer> sizes() {
        return sizes;
    }

    /** A copy of all weights, layer after layer. */
    public float[] weights() {
        return weights.clone();
    }

    /** A critic of the same sizes with other weights. */
    public Critic with(float[] newWeights) {
        return of(sizes, newWeights);
    }

    /** V of a state. */
    public double value(float[] features) {
        return forward(features)[sizes.size() - 1][0];
    }

    /** V of several states. */
    public double[] values(List<float[]> features) {
        return features.stream().mapToDouble(this::value).toArray();
    }

    /**
     * The loss's derivative by every weight, by backpropagation.
     *
     * @param features the states
     * @param byValue the loss's derivative by the value of each state
     * @return in the order of {@link #weights}
     */
    public float[] gradient(List<float[]> features, double[] byValue) {
        double[] gradient = new double[weights.length];
        for (int k = 0; k < byValue.length; k++) {
            backward(forward(features.get(k)), byValue[k], gradient);
        }
        float[] rounded = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            rounded[i] = (float) gradient[i];
        }
        return rounded;
    }

    /** The activations of every layer, the features first and the value last. */
    private double[][] forward(float[] features) {
        int layers = sizes.size();
        double[][] activations = new double[layers][];
        activations[0] = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            activations[0][i] = features[i];
        }
        int at = 0;
        for (int layer = 1; layer < layers; layer++) {
            double[] in = activations[layer - 1];
            double[] out = new double[sizes.get(layer)];
            for (int o = 0; o < out.length; o++) {
                double sum = 0;
                for (int i = 0; i < in.length; i++) {
                    sum += weights[at++] * in[i];
                }
                out[o] = layer == layers - 1 ? sum : Math.max(0, sum);
            }
            activations[layer] = out;
        }
        return activations;
    }

    private void backward(double[][] activations, double byValue, double[] gradient) {
        double[] byOut = {byValue};
        int end = weights.length;
        for (int layer = sizes.size() - 1; layer > 0; layer--) {
            double[] in = activations[layer - 1];
            int start = end - byOut.length * in.length;
            double[] byIn = new double[in.length];
            for (int o = 0; o < byOut.length; o++) {
                int row = start + o * in.length;
                for (int i = 0; i < in.length; i++) {
                    gradient[row + i] += byOut[o] * in[i];
                    byIn[i] += byOut[o] * weights[row + i];
                }
            }
            for (int i = 0; i < in.length && layer > 1; i++) {
                byIn[i] = in[i] > 0 ? byIn[i] : 0;
            }
            byOut = byIn;
            end = start;
        }
    }
}
