package io.marft.trainer.objective;

/**
 * What the objective holds fixed about one action while its agent is updated. The arrays of tokens have one entry per
 * generated token and hold natural logarithms.
 *
 * @param advantages A, normalised, and multiplied by the earlier agents' correction: one at action level, else one per
 *     generated token
 * @param proximal log π_old of each token: the agent's policy at the start of its update
 * @param behaviour log π_behaviour of each token: the distribution that was really sampled
 * @param base log π_base of each token: the frozen base model
 * @param words how many words the action has, at least 1
 */
public record ActionTerm(double[] advantages, float[] proximal, float[] behaviour, float[] base, int words) {

    /** How many generated tokens the action has. */
    public int tokens() {
        return proximal.length;
    }
}
