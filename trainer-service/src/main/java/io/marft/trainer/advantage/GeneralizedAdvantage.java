package io.marft.trainer.advantage;

import io.marft.trainer.Require;

/**
 * Generalised advantage estimation over the decisions of one episode, at action or at token level.
 *
 * <p>The episode is flattened: step by step, and within a step in a topological order of the dependency function, so
 * that decision k+1 is the next agent's, or the first agent's of the next step. Then, from the last decision to the
 * first,
 *
 * <pre>
 *   δ(k) = r(k) + γ m(k) V(k+1) − V(k)
 *   A(k) = δ(k) + γ λ m(k) A(k+1)
 *   R(k) = A(k) + V(k)
 * </pre>
 *
 * where m(k) is 0 if the episode is terminal after k, else 1. By the multi-agent advantage decomposition each agent
 * can be credited with its own A(k). At γ = λ = 1 the A(k) of one step sum up to the joint action's advantage; below, the
 * discounts lie between them.
 *
 * <p>At token level the same recursion runs over all tokens of all decisions. Inside an action r = 0, m = 1 and the
 * discount is γ_token; the action's last token takes r(k) and goes on, with γ, from the next decision's first token. Both
 * levels are one function here: a decision has as many units as it has values, one at action level.
 *
 * <p>Every episode that is learned from is terminal after its last decision: docs/decisions/0019-truncation.md.
 *
 * @param gamma discount γ per decision, in [0, 1]
 * @param lambda mixing λ, in [0, 1]
 * @param tokenGamma discount γ_token per token within an action, in [0, 1]; without effect at action level
 * @param normalization how advantages are brought to one scale
 */
public record GeneralizedAdvantage(double gamma, double lambda, double tokenGamma, Normalization normalization) {

    /** MARFT's: γ = 0.99, λ = 0.95, γ_token = 1. */
    public static final GeneralizedAdvantage DEFAULT = new GeneralizedAdvantage(0.99, 0.95, 1, Normalization.PER_AGENT);

    public GeneralizedAdvantage {
        Require.given("normalization", normalization);
        Require.that(gamma >= 0 && gamma <= 1, "gamma", "in 0 to 1", gamma);
        Require.that(lambda >= 0 && lambda <= 1, "lambda", "in 0 to 1", lambda);
        Require.that(tokenGamma >= 0 && tokenGamma <= 1, "tokenGamma", "in 0 to 1", tokenGamma);
    }

    /**
     * What an episode's decisions are credited with.
     *
     * @param advantages A, {@code [decisions][units]}
     * @param returns R, the critic's targets, {@code [decisions][units]}
     */
    public record Estimate(double[][] advantages, double[][] returns) {}

    /**
     * Credits the decisions of an episode. With V(K+1) = A(K+1) = 0 the factor m(K) is accounted for.
     *
     * @param rewards r(k)
     * @param values V, {@code [decisions][units]}: before each decision, or before each of its tokens
     */
    public Estimate estimate(double[] rewards, double[][] values) {
        double[][] advantages = new double[values.length][];
        double[][] returns = new double[values.length][];
        double nextValue = 0;
        double nextAdvantage = 0;
        for (int k = values.length - 1; k >= 0; k--) {
            int units = values[k].length;
            advantages[k] = new double[units];
            returns[k] = new double[units];
            for (int t = units - 1; t >= 0; t--) {
                boolean last = t == units - 1;
                double discount = last ? gamma : tokenGamma;
                double delta = (last ? rewards[k] : 0) + discount * nextValue - values[k][t];
                advantages[k][t] = delta + discount * lambda * nextAdvantage;
                returns[k][t] = advantages[k][t] + values[k][t];
                nextValue = values[k][t];
                nextAdvantage = advantages[k][t];
            }
        }
        return new Estimate(advantages, returns);
    }
}
