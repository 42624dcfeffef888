package io.marft.trainer.objective;

/**
 * What the objective holds fixed about one action while its agent is updated. All arrays have one entry per generated
 * token and hold natural logarithms.
 *
 * @param advantage the advantage A, normalised, and multiplied by the earlier agents' correction
 * @param proximal log π_old of each token: the agent's policy at the start of its update
 * @param behaviour log π_behaviour of each token: the distribution that was really sampled
 * @param base log π_base of each token: the frozen base model
 */
public record ActionTerm(double advantage, float[] proximal, float[] behaviour, float[] base) {}
