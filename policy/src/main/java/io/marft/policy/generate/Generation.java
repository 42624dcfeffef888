package io.marft.policy.generate;

/**
 * What a prompt was continued with.
 *
 * @param tokens drawn ids; the end token or the stop string that ended them is part of them
 * @param logProbs of each token, under the distribution that it was really drawn from (temperature, top-k, top-p
 *     and min-p included; 0 when greedy)
 * @param ended whether an end token, a stop token or a stop string came; false if the largest number of new tokens was
 *     reached
 */
public record Generation(int[] tokens, float[] logProbs, boolean ended) {}
