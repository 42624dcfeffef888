package io.marft.trainer.reference;

import io.marft.trainer.Require;

/**
 * The reference's generalised advantage estimation, over a buffer that holds several episodes.
 *
 * <p>A unit is an action at action level, and a token at token level, where an action has as many as it has tokens. From
 * the buffer's last unit to its first,
 *
 * <pre>
 *   δ(i) = r(i) + γ m(i) V(i+1) − V(i)
 *   A(i) = δ(i) + γ λ m(i) A(i+1)
 *   R(i) = A(i) + V(i)
 * </pre>
 *
 * with r(i) at an action's last unit, else 0. Two things differ from MARFT as it is done here:
 *
 * <ul>
 *   <li>m(i). Behind a step's last agent it is {@code masks[t + 1]}, as it should be: 0 if the episode ends with step t.
 *       Behind the other agents it is {@code masks[t]}, 0 if the <em>previous</em> step ended an episode. So in the first
 *       step of every episode but the buffer's first, all agents but the last are credited with A = r − V, mostly −V, and
 *       learn nothing from what came of their actions. Here an episode is credited by itself.
 *   <li>The discount inside an action is γ, so that of a reward after 512 tokens 0.6 % are left at γ = 0.99. Here it is
 *       γ_token, by default 1.
 * </ul>
 */
public final class ReferenceAdvantage {

    private ReferenceAdvantage() {}

    /**
     * What a buffer's units are credited with.
     *
     * @param advantages A, {@code [steps][agents][units]}
     * @param returns R, of the same shape
     */
    public record Estimate(double[][][] advantages, double[][][] returns) {}

    /**
     * Credits every unit of a buffer.
     *
     * @param rewards r, {@code [steps][agents]}
     * @param values V before each unit, {@code [steps + 1][agents][units]}: units are 1 at action level, an action's
     *     tokens at token level. Of the last step only the first agent's first unit is read, the value after the buffer
     * @param masks {@code [steps + 1]}, 0 or 1, see {@link ReferenceBuffer}
     * @param gamma γ, in [0, 1]
     * @param lambda λ, in [0, 1]
     * @throws IllegalArgumentException if shapes do not fit or an action has no units
     */
    public static Estimate of(double[][] rewards, double[][][] values, double[] masks, double gamma, double lambda) {
        int steps = rewards.length;
        Require.atLeastOne("steps", steps);
        Require.that(values.length == steps + 1, "steps of values", "one more than those of rewards", values.length);
        Require.that(masks.length == steps + 1, "masks", "one more than the steps", masks.length);
        Require.that(gamma >= 0 && gamma <= 1, "gamma", "in 0 to 1", gamma);
        Require.that(lambda >= 0 && lambda <= 1, "lambda", "in 0 to 1", lambda);

        double[][][] advantages = new double[steps][][];
        double[][][] returns = new double[steps][][];
        double nextValue = values[steps][0][0];
        double nextAdvantage = 0;
        for (int t = steps - 1; t >= 0; t--) {
            int agents = rewards[t].length;
            Require.that(values[t].length == agents, "agents of values", "those of rewards", values[t].length);
            advantages[t] = new double[agents][];
            returns[t] = new double[agents][];
            for (int a = agents - 1; a >= 0; a--) {
                int units = values[t][a].length;
                Require.atLeastOne("units of an action", units);
                advantages[t][a] = new double[units];
                returns[t][a] = new double[units];
                for (int u = units - 1; u >= 0; u--) {
                    boolean last = u == units - 1;
                    double discount = last ? gamma * (a == agents - 1 ? masks[t + 1] : masks[t]) : gamma;
                    double reward = last ? rewards[t][a] : 0;
                    double delta = reward + discount * nextValue - values[t][a][u];
                    nextAdvantage = delta + discount * lambda * nextAdvantage;
                    nextValue = values[t][a][u];
                    advantages[t][a][u] = nextAdvantage;
                    returns[t][a][u] = nextAdvantage + nextValue;
                }
            }
        }
        return new Estimate(advantages, returns);
    }
}
