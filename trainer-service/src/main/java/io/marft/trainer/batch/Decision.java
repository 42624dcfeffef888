package io.marft.trainer.batch;

import io.marft.policy.Sequence;

/**
 * One decision of a flattened episode.
 *
 * @param agent who acted
 * @param version the adapter version that acted
 * @param sequence prompt and action as token ids
 * @param logProbs log π_behaviour of each action token: of the distribution that was really sampled
 * @param reward r(k): the step's reward on the decision that takes it, else 0
 */
public record Decision(String agent, long version, Sequence sequence, float[] logProbs, double reward) {}
