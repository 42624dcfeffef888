package io.marft.trainer.objective;

import io.marft.trainer.Require;
import java.util.List;

/**
 * The policy objective of one agent, with its derivatives.
 *
 * <p>A unit is a whole action at action level, and one generated token at token level. With
 * ρ = exp(log π_θ − log π_old) of a unit, the loss is the mean over units of
 *
 * <pre>
 *   − w · min(ρ A, clip(ρ, 1−ε, 1+ε) A)  −  c_H · H  +  β · KL(π_θ ‖ π_base)
 * </pre>
 *
 * <ul>
 *   <li>w = min(π_old / π_behaviour, c): decoupled PPO. Data may stem from an older version than the proximal policy
 *       π_old, which is the agent's policy at the start of its update; w carries it over and c bounds its variance.
 *   <li>H, an action's entropy, and KL are summed over the action's tokens by the chain rule (or averaged, where the
 *       action's log-probability is an average). KL is estimated for each token by k3: e^x − 1 − x with
 *       x = log π_base − log π_θ.
 * </ul>
 *
 * <p>Everything is a function of the tokens' log-probabilities and entropies under π_θ. The model's backward pass needs
 * no more than the derivatives by these.
 *
 * @param logProbability how tokens make an action's log-probability, at action level
 * @param clip ε, how far the ratio may be from 1 before it is clipped
 * @param entropyCoefficient c_H, the weight of the entropy
 * @param klCoefficient β, the weight of the divergence from the base model
 * @param behaviourCap c, the greatest weight of stale data
 */
public record PolicyObjective(
        ActionLogProbability logProbability,
        double clip,
        double entropyCoefficient,
        double klCoefficient,
        double behaviourCap) {

    /** MARFT's: ε = 0.2, c_H = 0.01, no β, c = 5. */
    public static final PolicyObjective DEFAULT = new PolicyObjective(ActionLogProbability.SUM, 0.2, 0.01, 0, 5);

    public PolicyObjective {
        Require.given("logProbability", logProbability);
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
     * @param diagnostics sums over the units given
     */
    public record Slope(float[][] byLogProb, float[][] byEntropy, PolicyDiagnostics diagnostics) {}

    /** How many units these actions have: the divisor of a minibatch's mean. */
    public static int units(Level level, List<ActionTerm> terms) {
        return level == Level.ACTION
                ? terms.size()
                : terms.stream().mapToInt(ActionTerm::tokens).sum();
    }

    /**
     * Evaluates the objective on a part of a minibatch.
     *
     * @param terms what is fixed about each action
     * @param logProbs log π_θ of each token, {@code [actions][tokens]}
     * @param entropies entropy in nats of π_θ at each token, {@code [actions][tokens]}
     * @param minibatch how many units the whole minibatch has: the mean's divisor, so that parts' derivatives add up
     */
    public Slope evaluate(Level level, List<ActionTerm> terms, float[][] logProbs, float[][] entropies, int minibatch) {
        float[][] byLogProb = new float[terms.size()][];
        float[][] byEntropy = new float[terms.size()][];
        PolicyDiagnostics sums = PolicyDiagnostics.NONE;
        for (int i = 0; i < terms.size(); i++) {
            ActionTerm term = terms.get(i);
            int tokens = term.tokens();
            byLogProb[i] = new float[tokens];
            byEntropy[i] = new float[tokens];
            if (level == Level.ACTION) {
                double scale = logProbability.scale(tokens, term.words());
                Unit unit = new Unit(term, logProbs[i], entropies[i], 0, tokens, scale, term.advantages()[0]);
                sums = sums.plus(unit.evaluate(byLogProb[i], byEntropy[i], minibatch));
            } else {
                for (int t = 0; t < tokens; t++) {
                    Unit unit = new Unit(term, logProbs[i], entropies[i], t, t + 1, 1, term.advantages()[t]);
                    sums = sums.plus(unit.evaluate(byLogProb[i], byEntropy[i], minibatch));
                }
            }
        }
        return new Slope(byLogProb, byEntropy, sums);
    }

    /** One unit: the tokens {@code from} … {@code to}−1 of an action, whose sums are multiplied by {@code scale}. */
    private final class Unit {

        private final ActionTerm term;
        private final float[] logProbs;
        private final float[] entropies;
        private final int from;
        private final int to;
        private final double scale;
        private final double advantage;

        Unit(ActionTerm term, float[] logProbs, float[] entropies, int from, int to, double scale, double advantage) {
            this.term = term;
            this.logProbs = logProbs;
            this.entropies = entropies;
            this.from = from;
            this.to = to;
            this.scale = scale;
            this.advantage = advantage;
        }

        private double of(float[] perToken) {
            double sum = 0;
            for (int t = from; t < to; t++) {
                sum += perToken[t];
            }
            return sum * scale;
        }

        PolicyDiagnostics evaluate(float[] byLogProb, float[] byEntropy, int minibatch) {
            double proximal = of(term.proximal());
            double logRatio = of(logProbs) - proximal;
            double ratio = StrictMath.exp(logRatio);
            double weight = Math.min(StrictMath.exp(proximal - of(term.behaviour())), behaviourCap);
            double free = ratio * advantage;
            double bounded = clipped(ratio) * advantage;
            double surrogate = -weight * Math.min(free, bounded);
            // d ρ / d log π_θ = ρ; where the clipped branch is the smaller one, the loss is flat.
            double surrogateSlope = free <= bounded ? -weight * free : 0;

            double divergence = 0;
            for (int t = from; t < to; t++) {
                double x = (double) term.base()[t] - logProbs[t];
                double odds = StrictMath.exp(x);
                divergence += odds - 1 - x;
                byLogProb[t] = (float) (scale / minibatch * (surrogateSlope + klCoefficient * (1 - odds)));
                byEntropy[t] = (float) (-scale / minibatch * entropyCoefficient);
            }
            double klBase = divergence * scale;
            double entropy = of(entropies);
            return new PolicyDiagnostics(
                    1,
                    surrogate - entropyCoefficient * entropy + klCoefficient * klBase,
                    surrogate,
                    entropy,
                    klBase,
                    ratio - 1 - logRatio,
                    Math.abs(ratio - 1) > clip ? 1 : 0);
        }
    }

    /**
     * clip(ρ) of a whole action, by which the sequential schedule corrects later agents' advantages. At token level an
     * action's ratio is the product of its tokens'.
     *
     * @param term what is fixed about the action
     * @param logProbs log π_θ of each of its tokens
     */
    public double clippedRatio(Level level, ActionTerm term, float[] logProbs) {
        double logRatio = 0;
        for (int t = 0; t < logProbs.length; t++) {
            logRatio += (double) logProbs[t] - term.proximal()[t];
        }
        double scale = level == Level.ACTION ? logProbability.scale(logProbs.length, term.words()) : 1;
        return clipped(StrictMath.exp(logRatio * scale));
    }

    private double clipped(double ratio) {
        return Math.max(1 - clip, Math.min(1 + clip, ratio));
    }
}
