package io.marft.trainer.update;

import io.marft.policy.decoder.Perceptrons;
import io.marft.trainer.configure.Formulas;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.critic.Critic;
import io.marft.trainer.objective.ValueObjective;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.optimizer.Moments;
import io.marft.trainer.reference.ReferenceValueLoss;
import io.marft.trainer.state.CriticState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A critic's turn within an update: epochs of clipped value steps on the decisions that it values. */
final class CriticTraining {

    private final TrainingConfiguration configuration;
    private final Perceptrons perceptrons;
    private final Runnable requireWanted;

    /** @param requireWanted throws, between two steps, once the update is given up */
    CriticTraining(TrainingConfiguration configuration, Perceptrons perceptrons, Runnable requireWanted) {
        this.configuration = configuration;
        this.perceptrons = perceptrons;
        this.requireWanted = requireWanted;
    }

    /**
     * What came of it.
     *
     * @param state the critic and its moments afterwards
     * @param valueLoss mean loss over all steps
     * @param gradientNorm mean norm of the gradient over all steps, before it was clipped
     */
    record Outcome(CriticState state, double valueLoss, double gradientNorm) {}

    /**
     * Trains the critic. Minibatches are of whole decisions; the loss is the mean over their units.
     *
     * @param features the base model's hidden states, {@code [decisions][units][width]}
     * @param oldValues V at the start of the update, {@code [decisions][units]}
     * @param returns R, {@code [decisions][units]}
     */
    Outcome train(
            CriticState start, List<float[][]> features, double[][] oldValues, double[][] returns, Random random) {
        AdamW shared = configuration.optimizer();
        AdamW optimizer = new AdamW(
                configuration.critic().learningRate(),
                shared.beta1(),
                shared.beta2(),
                shared.epsilon(),
                shared.weightDecay());
        Critic critic = start.critic();
        Moments moments = start.moments();
        double losses = 0;
        double norms = 0;
        int steps = 0;
        for (int epoch = 0; epoch < configuration.epochs(); epoch++) {
            for (int[] minibatch : Minibatches.shuffled(returns.length, configuration.minibatches(), random)) {
                requireWanted.run();
                List<float[]> seen = new ArrayList<>();
                Minibatches.pick(features, minibatch).forEach(units -> seen.addAll(Arrays.asList(units)));
                ValueObjective.Slope slope = loss(
                        critic.values(perceptrons, seen),
                        Credit.flat(Minibatches.pick(oldValues, minibatch)),
                        Credit.flat(Minibatches.pick(returns, minibatch)));
                float[] gradient = critic.gradient(perceptrons, seen, slope.byValue());
                AdamW.Step step = optimizer.step(
                        critic.weights(), AdamW.clipped(gradient, configuration.maxGradientNorm()), moments);
                critic = critic.with(step.weights());
                moments = step.moments();
                losses += slope.loss();
                norms += AdamW.norm(gradient);
                steps++;
            }
        }
        return new Outcome(new CriticState(critic, moments), losses / steps, norms / steps);
    }

    private ValueObjective.Slope loss(double[] values, double[] oldValues, double[] returns) {
        ValueObjective loss = configuration.critic().loss();
        if (configuration.formulas() == Formulas.MARFT) {
            return loss.evaluate(values, oldValues, returns);
        }
        ReferenceValueLoss.Slope slope = new ReferenceValueLoss(loss.coefficient(), loss.clip(), loss.huber())
                .evaluate(values, oldValues, returns);
        return new ValueObjective.Slope(slope.loss(), slope.byValue());
    }
}
