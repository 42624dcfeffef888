package io.marft.trainer.critic;

import java.util.List;

/**
 * A critic's values and gradients in plain loops over doubles: what the passes on libtorch are held to. Every layer's
 * activations of every state are kept, so it is for few states and small sizes.
 */
final class CriticOracle {

    private final List<Integer> sizes;
    private final float[] weights;

    CriticOracle(Critic critic) {
        this.sizes = critic.sizes();
        this.weights = critic.weights();
    }

    /** Values of several states, with what their gradient needs. */
    Evaluation evaluate(List<float[]> features) {
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
    final class Evaluation {

        /** {@code [states][layers][units]}. */
        private final double[][][] activations;

        private Evaluation(double[][][] activations) {
            this.activations = activations;
        }

        /** V of each state. */
        double[] values() {
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
         * @return in the order of the weights, summed in double
         */
        double[] gradient(double[] byValue) {
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
            return gradient;
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
