package io.marft.policy;

/**
 * What the model says about a {@link Sequence}.
 *
 * @param logProbs of each action token
 * @param entropies of the distribution of each action token, in nats
 * @param hidden the last layer's state after the final norm, at the prompt's last position: [width]
 */
public record Score(float[] logProbs, float[] entropies, float[] hidden) {}
