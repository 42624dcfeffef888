package io.marft.policy.train;

/**
 * A decision to be scored.
 *
 * @param prompt token ids of the context, at least one
 * @param action token ids that followed, at least one
 */
public record Sequence(int[] prompt, int[] action) {}
