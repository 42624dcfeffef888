package io.marft.policy.train;

/**
 * What the model says about a {@link Sequence}.
 *
 * @param logProbs of each action token
 * @param entropies of the distribution of each action token, in nats
 * @param hidden the last layer's state after the final norm, where action tokens are drawn from it: of the first token,
 *     at the prompt's last position, or of every token, [1 or tokens][width]
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
