package io.marft.policy.generate;

/**
 * A prompt to be continued.
 *
 * @param prompt token ids, at least one
 * @param sampling how to draw
 * @param seed decides the draws: the same seed draws the same tokens, whatever else is in the batch
 */
public record GenerationRequest(int[] prompt, Sampling sampling, long seed) {

    /** The most positions whose keys and values it may come to need: the last token is never read. */
    public int slots() {
        return prompt.length + sampling.maxNewTokens() - 1;
    }
}
