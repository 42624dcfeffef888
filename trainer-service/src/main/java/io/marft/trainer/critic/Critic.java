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
        return values(List.of(features))[0];
    }

    /** V of several states. */
    public double[] values(List<float[]> features) {
        return evaluate(features).values();
    }

    /** Values of several states, with what their gradient needs. */
    public Evaluation evaluate(List<float[]> features) {
        double[][] transposed = transposed();
        double[][][] activations = new double[features.size()][][];
        for (int k = 0; k < activations.length; k++) {
            activations[k] = forward(features.get(k), transposed);
        }
        return new Evaluation(activations);
    }

    /** Each layer's weights as {@code [in, out]}: sums over the inputs then run through memory, many outputs at once. */
    private double[][] transposed() {
        double[][] transposed = new double[sizes.size()][];
        int at = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            int ins = sizes.get(layer - 1);
            int outs = sizes.get(layer);
            transposed[layer] = new double[ins * outs];
            for (int o = 0; o < outs; o++) {
                for (int i = 0; i < ins; i++) {
                    transposed[layer][i * outs + o] = weights[at++];
                }
            }
        }
        return transposed;
    }

    /** The activations of every layer, the features first and the value last. */
    private double[][] forward(float[] features, double[][] transposed) {
        int layers = sizes.size();
        double[][] activations = new double[layers][];
        activations[0] = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            activations[0][i] = features[i];
        }
        for (int layer = 1; layer < layers; layer++) {
            double[] in = activations[layer - 1];
            double[] out = new double[sizes.get(layer)];
            for (int i = 0; i < in.length; i++) {
                if (in[i] != 0) {
                    addTo(out, 0, in[i], transposed[layer], i * out.length, out.length);
                }
            }
            for (int o = 0; o < out.length && layer < layers - 1; o++) {
                out[o] = Math.max(0, out[o]);
            }
            activations[layer] = out;
        }
        return activations;
    }

    private static void addTo(double[] sum, int at, double factor, double[] row, int from, int count) {
        for (int i = 0; i < count; i++) {
            sum[at + i] += factor * row[from + i];
        }
    }

    /** A forward pass over several states. */
    public final class Evaluation {

        /** {@code [states][layers][units]}. */
        private final double[][][] activations;

        private Evaluation(double[][][] activations) {
            this.activations = activations;
        }

        /** V of each state. */
        public double[] values() {
            double[] values = new double[activations.length];
            for (int k = 0; k < values.length; k++) {
                values[k] = activations[k][sizes.size() - 1][0];
            }
            return values;
        }

        /**
         * A loss's derivative by every weight, by backpropagation.
         *
         * @param byValue the loss's derivative by the value of each state
         * @return in the order of {@link #weights}
         */
        public float[] gradient(double[] byValue) {
            double[] wide = new double[weights.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = weights[i];
            }
            double[] gradient = new double[weights.length];
            for (int k = 0; k < byValue.length; k++) {
                if (byValue[k] != 0) {
                    backward(activations[k], byValue[k], wide, gradient);
                }
            }
            float[] rounded = new float[gradient.length];
            for (int i = 0; i < gradient.length; i++) {
                rounded[i] = (float) gradient[i];
            }
            return rounded;
        }

        private void backward(double[][] activation, double byValue, double[] wide, double[] gradient) {
            double[] byOut = {byValue};
            int end = wide.length;
            for (int layer = sizes.size() - 1; layer > 0; layer--) {
                double[] in = activation[layer - 1];
                int start = end - byOut.length * in.length;
                double[] byIn = new double[in.length];
                for (int o = 0; o < byOut.length; o++) {
                    if (byOut[o] != 0) {
                        addTo(gradient, start + o * in.length, byOut[o], in, 0, in.length);
                        if (layer > 1) {
                            addTo(byIn, 0, byOut[o], wide, start + o * in.length, in.length);
                        }
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
}
