package io.marft.trainer.advantage;

import io.marft.trainer.Require;

/**
 * Generalised advantage estimation over the decisions of one episode.
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
 * where m(k) is 0 if the episode is terminal after k, else 1. By the multi-agent advantage decomposition the A(k) of one
 * step sum up to the joint action's advantage, which is why each agent can be credited with its own.
 *
 * <p>A truncated episode has m = 1 throughout and bootstraps from the value of the state it was cut off in.
 *
 * @param gamma discount γ per decision, in [0, 1]
 * @param lambda mixing λ, in [0, 1]
 */
public record GeneralizedAdvantage(double gamma, double lambda) {

    public GeneralizedAdvantage {
        Require.that(gamma >= 0 && gamma <= 1, "gamma", "in 0 to 1", gamma);
        Require.that(lambda >= 0 && lambda <= 1, "lambda", "in 0 to 1", lambda);
    }

    /**
     * What an episode's decisions are credited with.
     *
     * @param advantages A(k)
     * @param returns R(k), the critic's targets
     */
    public record Estimate(double[] advantages, double[] returns) {}

    /**
     * Credits the decisions of an episode that ended by its nature.
     *
     * @param rewards r(k)
     * @param values V(k), the critic's value before decision k; of the same length
     */
    public Estimate terminal(double[] rewards, double[] values) {
        return estimate(rewards, values, 0);
    }

    /**
     * Credits the decisions of an episode that was cut off.
     *
     * @param rewards r(k)
     * @param values V(k), the critic's value before decision k; of the same length
     * @param bootstrap V(K+1), the critic's value of the state after the last decision
     */
    public Estimate truncated(double[] rewards, double[] values, double bootstrap) {
        return estimate(rewards, values, bootstrap);
    }

    /** With V(K+1) = 0 for a terminal episode the factor m(K) is accounted for; A(K+1) is 0 in both cases. */
    private Estimate estimate(double[] rewards, double[] values, double valueAfterLast) {
        int decisions = rewards.length;
        double[] advantages = new double[decisions];
        double[] returns = new double[decisions];
        double nextValue = valueAfterLast;
        double nextAdvantage = 0;
        for (int k = decisions - 1; k >= 0; k--) {
            double delta = rewards[k] + gamma * nextValue - values[k];
            advantages[k] = delta + gamma * lambda * nextAdvantage;
            returns[k] = advantages[k] + values[k];
            nextValue = values[k];
            nextAdvantage = advantages[k];
        }
        return new Estimate(advantages, returns);
    }
}
