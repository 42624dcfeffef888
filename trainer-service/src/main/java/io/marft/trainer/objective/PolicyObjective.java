package io.marft.trainer.objective;

import io.marft.trainer.Require;
import java.util.List;

/**
 * The action-level policy objective of one agent, with its derivatives.
 *
 * <p>With ρ = exp(log π_θ − log π_old) of a whole action, the loss is the mean over actions of
 *
 * <pre>
 *   − w · min(ρ A, clip(ρ, 1−ε, 1+ε) A)  −  c_H · H  +  β · KL(π_θ ‖ π_base)
 * </pre>
 *
 * <ul>
 *   <li>w = min(π_old / π_behaviour, c): decoupled PPO. Data may stem from an older version than the proximal policy
 *       π_old, which is the agent's policy at the start of its update; w carries it over and c bounds its variance.
 *   <li>H, the action's entropy, and KL are summed over the action's tokens by the chain rule (or averaged, where the
 *       action's log-probability is an average). KL is estimated for each token by k3: e^x − 1 − x with
 *       x = log π_base − log π_θ.
 * </ul>
 *
 * <p>Everything is a function of the tokens' log-probabilities and entropies under π_θ. The model's backward pass needs
 * no more than the derivatives by these.
 *
 * @param logProbability how tokens make an action's log-probability
 * @param clip ε of the ratio's clip range
 * @param entropyCoefficient c_H
 * @param klCoefficient β of the divergence from the base model
 * @param behaviourCap c, the greatest weight of stale data
 */
public record PolicyObjective(
        ActionLogProbability logProbability,
        double clip,
        double entropyCoefficient,
        double klCoefficient,
        double behaviourCap) {

    public PolicyObjective {
        Require.that(clip > 0 && clip < 1, "clip", "above 0 and below 1", clip);
        Require.notNegative("entropyCoefficient", entropyCoefficient);
        Require.notNegative("klCoefficient", klCoefficient);
        Require.that(behaviourCap >= 1, "behaviourCap", "at least 1", behaviourCap);
    }

    /**
     * The objective's value and slope.
     *
     * @param byLogProb derivative of the loss by each token's log π_θ, {@code [actions][tokens]}
     * @param byEntropy derivative of the loss by each token's entropy, {@code [actions][tokens]}
     * @param diagnostics sums over the actions given
     */
    public record Slope(float[][] byLogProb, float[][] byEntropy, PolicyDiagnostics diagnostics) {}

    /**
     * Evaluates the objective on a part of a minibatch.
     *
     * @param terms what is fixed about each action
     * @param logProbs log π_θ of each token, {@code [actions][tokens]}
     * @param entropies entropy in nats of π_θ at each token, {@code [actions][tokens]}
     * @param minibatch how many actions the whole minibatch has: the mean's divisor, so that parts' derivatives add up
     */
    public Slope evaluate(List<ActionTerm> terms, float[][] logProbs, float[][] entropies, int minibatch) {
        float[][] byLogProb = new float[terms.size()][];
        float[][] byEntropy = new float[terms.size()][];
        PolicyDiagnostics sums = PolicyDiagnostics.NONE;
        for (int i = 0; i < terms.size(); i++) {
            ActionTerm term = terms.get(i);
            int tokens = logProbs[i].length;
            double scale = logProbability.scale(tokens) / minibatch;

            double logRatio = logProbability.of(logProbs[i]) - logProbability.of(term.proximal());
            double ratio = StrictMath.exp(logRatio);
            double weight = Math.min(ratio(term.proximal(), term.behaviour()), behaviourCap);
            double free = ratio * term.advantage();
            double bounded = clipped(ratio) * term.advantage();
            double surrogate = -weight * Math.min(free, bounded);
            // d ρ / d log π_θ = ρ; where the clipped branch is the smaller one, the loss is flat.
            double surrogateSlope = free <= bounded ? -weight * free : 0;

            double divergence = 0;
            byLogProb[i] = new float[tokens];
            byEntropy[i] = new float[tokens];
            for (int t = 0; t < tokens; t++) {
                double x = (double) term.base()[t] - logProbs[i][t];
                double odds = StrictMath.exp(x);
                divergence += odds - 1 - x;
                byLogProb[i][t] = (float) (scale * (surrogateSlope + klCoefficient * (1 - odds)));
                byEntropy[i][t] = (float) (-scale * entropyCoefficient);
            }
            double klBase = divergence * logProbability.scale(tokens);
            double entropy = logProbability.of(entropies[i]);
            double loss = surrogate - entropyCoefficient * entropy + klCoefficient * klBase;
            double approxKl = ratio - 1 - logRatio;
            int clipped = Math.abs(ratio - 1) > clip ? 1 : 0;
            sums = sums.plus(new PolicyDiagnostics(1, loss, surrogate, entropy, klBase, approxKl, clipped));
        }
        return new Slope(byLogProb, byEntropy, sums);
    }

    /**
     * The ratio of an action's probabilities under two policies.
     *
     * @param numerator log-probabilities of its tokens under the one
     * @param denominator log-probabilities of its tokens under the other
     */
    public double ratio(float[] numerator, float[] denominator) {
        return StrictMath.exp(logProbability.of(numerator) - logProbability.of(denominator));
    }

    /** clip(ρ, 1−ε, 1+ε), as the correction of later agents' advantages takes it. */
    public double clipped(double ratio) {
        return Math.max(1 - clip, Math.min(1 + clip, ratio));
    }
}
