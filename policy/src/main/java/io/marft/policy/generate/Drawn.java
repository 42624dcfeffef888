package io.marft.policy.generate;

/**
 * What was drawn.
 *
 * @param tokens up to and including the end token, if it came
 * @param logProbs of each token under the distribution that it was drawn from
 * @param ended whether it came to an end by itself, not by its limit
 */
public record Drawn(int[] tokens, float[] logProbs, boolean ended) {}
