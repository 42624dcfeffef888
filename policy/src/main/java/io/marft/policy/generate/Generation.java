package io.marft.policy.generate;

/**
 * A continuation.
 *
 * @param tokens drawn ids, with the end token or stop string if {@code reason} is {@link FinishReason#STOP}
 * @param logProbs of each token, under the distribution that it was really drawn from (temperature, top-k, top-p
 *     and min-p included; 0 when greedy)
 * @param reason why it ended
 */
public record Generation(int[] tokens, float[] logProbs, FinishReason reason) {}
