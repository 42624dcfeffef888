package io.marft.trainer.update;

import io.marft.trainer.critic.Critic;
import io.marft.trainer.objective.ValueObjective;
import java.util.List;
import java.util.Random;

/** The critic's turn within an update: epochs of clipped value steps on all decisions. */
final class CriticTraining {

    private final TrainingConfiguration configuration;

    CriticTraining(TrainingConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * What came of it.
     *
     * @param critic the critic afterwards
     * @param moments its optimizer's moments
     * @param valueLoss mean loss over all steps
     * @param gradientNorm mean norm of the gradient over all steps, before it was clipped
     */
    record Outcome(Critic critic, Moments moments, double valueLoss, double gradientNorm) {}

    /**
     * Trains the critic.
     *
     * @param features the base model's hidden state at each decision
     * @param oldValues V(k) at the start of the update
     * @param returns R(k)
     */
    Outcome train(
            Critic start,
            Moments startMoments,
            List<float[]> features,
            double[] oldValues,
            double[] returns,
            Random random) {
        AdamW shared = configuration.optimizer();
        AdamW optimizer = new AdamW(
                configuration.critic().learningRate(),
                shared.beta1(),
                shared.beta2(),
                shared.epsilon(),
                shared.weightDecay());
        Critic critic = start;
        Moments moments = startMoments;
        double losses = 0;
        double norms = 0;
        int steps = 0;
        for (int epoch = 0; epoch < configuration.epochs(); epoch++) {
            for (int[] minibatch : Minibatches.shuffled(returns.length, configuration.minibatches(), random)) {
                List<float[]> seen = Minibatches.pick(features, minibatch);
                ValueObjective.Slope slope = configuration
                        .critic()
                        .loss()
                        .evaluate(
                                critic.values(seen),
                                Minibatches.pick(oldValues, minibatch),
                                Minibatches.pick(returns, minibatch));
                float[] gradient = critic.gradient(seen, slope.byValue());
                AdamW.Step step = optimizer.step(
                        critic.weights(), AdamW.clipped(gradient, configuration.maxGradientNorm()), moments);
                critic = critic.with(step.weights());
                moments = step.moments();
                losses += slope.loss();
                norms += AdamW.norm(gradient);
                steps++;
            }
        }
        return new Outcome(critic, moments, losses / steps, norms / steps);
    }
}
