package io.marft.trainer.optimizer;

import io.marft.trainer.Require;

/**
 * AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization") on float32 masters. A step is a function: it
 * leaves its inputs as they are.
 *
 * @param learningRate size of a step
 * @param beta1 decay of the running mean of gradients
 * @param beta2 decay of the running mean of squared gradients
 * @param epsilon added to the root of the second moment
 * @param weightDecay share of a weight, times the learning rate, that each step takes away
 */
public record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {

    /** MARFT's: learning rate 1e-3, β 0.9 and 0.999, ε 1e-5, no decay. */
    public static final AdamW DEFAULT = new AdamW(1e-3, 0.9, 0.999, 1e-5, 0);

    public AdamW {
        Require.notNegative("learningRate", learningRate);
        Require.that(beta1 >= 0 && beta1 < 1, "beta1", "at least 0 and below 1", beta1);
        Require.that(beta2 >= 0 && beta2 < 1, "beta2", "at least 0 and below 1", beta2);
        Require.positive("epsilon", epsilon);
        Require.notNegative("weightDecay", weightDecay);
    }

    /**
     * What a step leads to.
     *
     * @param weights the weights after it
     * @param moments the moments after it
     */
    public record Step(float[] weights, Moments moments) {}

    /** The same with another size of a step. */
    public AdamW withLearningRate(double rate) {
        return new AdamW(rate, beta1, beta2, epsilon, weightDecay);
    }

    /** One step against a gradient; all arrays have one entry per weight. */
    public Step step(float[] weights, float[] gradient, Moments moments) {
        long steps = moments.steps() + 1;
        double correction1 = 1 - StrictMath.pow(beta1, (double) steps);
        double correction2 = 1 - StrictMath.pow(beta2, (double) steps);
        float[] stepped = new float[weights.length];
        float[] first = new float[weights.length];
        float[] second = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double g = gradient[i];
            first[i] = (float) (beta1 * moments.first()[i] + (1 - beta1) * g);
            second[i] = (float) (beta2 * moments.second()[i] + (1 - beta2) * g * g);
            double direction = first[i] / correction1 / (Math.sqrt(second[i] / correction2) + epsilon);
            stepped[i] = (float) (weights[i] * (1 - learningRate * weightDecay) - learningRate * direction);
        }
        return new Step(stepped, new Moments(steps, first, second));
    }

    /** The Euclidean length of a gradient over all its weights. */
    public static double norm(float[] gradient) {
        double squares = 0;
        for (float g : gradient) {
            squares += (double) g * g;
        }
        return Math.sqrt(squares);
    }

    /** The gradient, scaled down where its norm exceeds a limit. */
    public static float[] clipped(float[] gradient, double maxNorm) {
        double norm = norm(gradient);
        if (norm <= maxNorm) {
            return gradient;
        }
        float[] scaled = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            scaled[i] = (float) (gradient[i] * (maxNorm / norm));
        }
        return scaled;
    }
}
