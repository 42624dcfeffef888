package io.marft.trainer.reference;

import io.marft.trainer.Require;

/**
 * The reference's policy loss: the mean over all units of a minibatch, of all agents that are trained together, of
 *
 * <pre>
 *   − min(ρ A, clip(ρ, 1−ε, 1+ε) A)  −  c_H · H
 * </pre>
 *
 * with ρ = exp(log π_θ − log π_old). A unit is an action at action level, an action token at token level. It differs from
 * MARFT as it is done here:
 *
 * <ul>
 *   <li>The mean is over all agents' units together, not each agent's by itself, so agents' gradients shrink with the
 *       size of the team and, at token level, talkative agents outweigh terse ones.
 *   <li>An action's entropy is the mean of its tokens' even where its log-probability is their sum. By the chain rule
 *       the entropy of an action is the sum.
 *   <li>There is no weight for stale data and no divergence from the base model.
 *   <li>One approximate KL is taken over all agents; above {@code targetKl} that one optimizer step is skipped for all
 *       of them, and the next minibatch is tried as if nothing had been. Here an agent's remaining epochs are stopped.
 *       The reference's limit for tokens lies below float32's noise.
 * </ul>
 *
 * @param clip ε
 * @param entropyCoefficient c_H
 * @param targetKl above which approximate KL the actors' step is skipped
 */
public record ReferencePolicyLoss(double clip, double entropyCoefficient, double targetKl) {

    /** The reference's limit of the approximate KL of actions. */
    public static final double ACTION_TARGET_KL = 1e-3;

    /** The reference's limit of the approximate KL of tokens. */
    public static final double TOKEN_TARGET_KL = 1.7e-6;

    public ReferencePolicyLoss {
        Require.that(clip > 0 && clip < 1, "clip", "above 0 and below 1", clip);
        Require.notNegative("entropyCoefficient", entropyCoefficient);
        Require.positive("targetKl", targetKl);
    }

    /**
     * The loss and its slope.
     *
     * @param loss the mean over units
     * @param approxKl mean of ρ − 1 − log ρ
     * @param clipFraction share of ratios outside of 1 ± ε
     * @param skipped whether the reference would skip the actors' step
     * @param byLogProb derivative of the loss by each unit's log π_θ; an action's is to be multiplied by 1, 1/tokens or
     *     1/words to get those by its tokens'
     * @param byEntropy derivative of the loss by each unit's entropy; an action's is to be divided by its tokens
     */
    public record Slope(
            double loss,
            double approxKl,
            double clipFraction,
            boolean skipped,
            double[] byLogProb,
            double[] byEntropy) {}

    /**
     * Evaluates the loss of a minibatch.
     *
     * @param logProbs log π_θ of each unit
     * @param oldLogProbs log π_old of each unit, π_old being the policy at the start of the update
     * @param advantages A of each unit, normalised
     * @param entropies of each unit in nats; an action's from {@link #actionEntropy}
     */
    public Slope evaluate(double[] logProbs, double[] oldLogProbs, double[] advantages, double[] entropies) {
        int units = logProbs.length;
        Require.atLeastOne("units", units);
        double loss = 0;
        double approxKl = 0;
        int outside = 0;
        double[] byLogProb = new double[units];
        double[] byEntropy = new double[units];
        for (int i = 0; i < units; i++) {
            double logRatio = logProbs[i] - oldLogProbs[i];
            double ratio = StrictMath.exp(logRatio);
            double free = ratio * advantages[i];
            double bounded = Math.max(1 - clip, Math.min(1 + clip, ratio)) * advantages[i];
            loss += (-Math.min(free, bounded) - entropyCoefficient * entropies[i]) / units;
            approxKl += (ratio - 1 - logRatio) / units;
            outside += Math.abs(ratio - 1) > clip ? 1 : 0;
            // d ρ / d log π_θ = ρ; where the clipped branch is the smaller one, the loss is flat.
            byLogProb[i] = free <= bounded ? -free / units : 0;
            byEntropy[i] = -entropyCoefficient / units;
        }
        return new Slope(loss, approxKl, (double) outside / units, approxKl > targetKl, byLogProb, byEntropy);
    }

    /** An action's entropy as the reference has it: the mean of its tokens'. */
    public static double actionEntropy(double[] tokenEntropies) {
        Require.atLeastOne("tokens of an action", tokenEntropies.length);
        double sum = 0;
        for (double entropy : tokenEntropies) {
            sum += entropy;
        }
        return sum / tokenEntropies.length;
    }
}
