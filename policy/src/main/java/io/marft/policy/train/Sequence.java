package io.marft.policy.train;

/**
 * A prompt and the action that followed it, to be scored or learned.
 *
 * @param prompt token ids of the context, at least one
 * @param action token ids that followed, at least one; where a demonstration is learned, those that should follow
 */
public record Sequence(int[] prompt, int[] action) {}
