package io.marft.policy.pretrain;

/**
 * A demonstration: the loss is on {@code target} only.
 *
 * @param prompt token ids, at least one
 * @param target token ids that should follow, with the end token; at least one
 */
public record Example(int[] prompt, int[] target) {}
