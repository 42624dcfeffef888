package io.marft.trainer.batch;

import io.marft.policy.train.Sequence;

/**
 * One decision of a flattened episode.
 *
 * @param agent who acted
 * @param step the episode's step
 * @param version the adapter version that acted, as {@link AdapterVersions} counts it
 * @param temperature what the logits were divided by; the same for all of an agent's decisions
 * @param sequence prompt and action as token ids: the actor's context
 * @param criticContext token ids of the critic's context: the observation and all actions so far; the very array of the
 *     prompt where the two are the same tokens
 * @param logProbs log π_behaviour of each action token: of the distribution that was really sampled
 * @param words how many words the action has, at least 1
 * @param reward r(k): the step's reward on the decision that takes it, else 0
 * @param stepReward the step's reward, whoever takes it
 */
public record Decision(
        String agent,
        int step,
        long version,
        float temperature,
        Sequence sequence,
        int[] criticContext,
        float[] logProbs,
        int words,
        double reward,
        double stepReward) {

    /** Whether actor and critic read the same tokens, so that one pass of the base model serves both. */
    public boolean sharesContext() {
        return criticContext == sequence.prompt();
    }
}
