package io.marft.trainer.reference;

import io.marft.trainer.Require;
import java.util.Arrays;

/**
 * Rewards and masks of episodes that lie one behind the other in the reference's buffer.
 *
 * <p>A step's reward is always the last agent's, even where that agent, a verifier for instance, cannot change the score.
 * MARFT here pays the last agent whose action leads to an answer. Every episode's end is terminal, also of one that
 * uses up its horizon; so it is with MARFT here.
 *
 * @param rewards r, {@code [steps][agents]}
 * @param masks {@code [steps + 1]}: {@code masks[t + 1]} is 0 if step t was its episode's last, else 1; {@code masks[0]}
 *     is 1
 */
public record ReferenceBuffer(double[][] rewards, double[] masks) {

    public ReferenceBuffer {
        Require.atLeastOne("steps", rewards.length);
        Require.that(masks.length == rewards.length + 1, "masks", "one more than the steps", masks.length);
    }

    /**
     * Lays episodes into a buffer.
     *
     * @param stepRewards each step's reward, {@code [episodes][steps]}, steps of one episode at least 1
     * @param agents how many agents act in every step
     */
    public static ReferenceBuffer of(double[][] stepRewards, int agents) {
        Require.atLeastOne("agents", agents);
        int steps =
                Arrays.stream(stepRewards).mapToInt(episode -> episode.length).sum();
        double[][] rewards = new double[steps][agents];
        double[] masks = new double[steps + 1];
        Arrays.fill(masks, 1);
        int t = 0;
        for (double[] episode : stepRewards) {
            Require.atLeastOne("steps of an episode", episode.length);
            for (double reward : episode) {
                rewards[t][agents - 1] = reward;
                t++;
            }
            masks[t] = 0;
        }
        return new ReferenceBuffer(rewards, masks);
    }
}
