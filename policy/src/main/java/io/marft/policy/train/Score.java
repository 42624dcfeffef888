package io.marft.policy.train;

/**
 * What the model says about a {@link Sequence}.
 *
 * @param logProbs the log-probability of each action token
 * @param entropies the entropy of the distribution of each action token, in nats
 * @param hidden the last layer's states after the final norm that action tokens are drawn from, [1 or tokens][width]: that of
 *     the first token, at the prompt's last position, or those of all tokens
 */
public record Score(float[] logProbs, float[] entropies, float[][] hidden) {

    /** Which tokens' states are wanted. */
    public enum States {
        /** The state that the first action token is drawn from. */
        FIRST,
        /** The state that each action token is drawn from. */
        ALL
    }
}
