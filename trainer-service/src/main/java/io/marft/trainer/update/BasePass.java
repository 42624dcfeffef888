package io.marft.trainer.update;

import io.marft.policy.Score;
import io.marft.policy.Sequence;
import io.marft.policy.adapter.Adapter;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The frozen base model's one pass over a rollout, which serves the critic's features and the reference log-probs of all
 * epochs.
 *
 * @param features the hidden state at the end of each decision's context, {@code [decisions][width]}
 * @param logProbs log π_base of each action token, {@code [decisions][tokens]}
 * @param afterCut for each episode that was cut off the hidden state after its last decision; null for terminal ones
 */
record BasePass(List<float[]> features, List<float[]> logProbs, List<float[]> afterCut) {

    /**
     * Runs the pass.
     *
     * @param temperatures each agent's sampling temperature
     */
    static BasePass over(Rollout rollout, ModelPasses passes, Map<String, Float> temperatures) {
        int decisions = rollout.decisions().size();
        float[][] features = new float[decisions][];
        float[][] logProbs = new float[decisions][];
        temperatures.forEach((agent, temperature) -> {
            int[] own = rollout.of(agent);
            List<Sequence> sequences = Minibatches.pick(rollout.decisions(), own).stream()
                    .map(Decision::sequence)
                    .toList();
            List<Score> scores = passes.score(sequences, Adapter.none(), temperature);
            for (int i = 0; i < own.length; i++) {
                features[own[i]] = scores.get(i).hidden();
                logProbs[own[i]] = scores.get(i).logProbs();
            }
        });
        return new BasePass(Arrays.asList(features), Arrays.asList(logProbs), afterCut(rollout.episodes(), passes));
    }

    private static List<float[]> afterCut(List<Episode> episodes, ModelPasses passes) {
        List<float[]> states = new ArrayList<>();
        for (Episode episode : episodes) {
            states.add(episode.terminal() ? null : stateAfter(episode, passes));
        }
        return states;
    }

    /** The state at the last action's last token: everything up to it is the context of a decision that never came. */
    private static float[] stateAfter(Episode episode, ModelPasses passes) {
        Sequence last = episode.decisions().get(episode.decisions().size() - 1).sequence();
        int[] context = Arrays.copyOf(last.prompt(), last.prompt().length + last.action().length);
        System.arraycopy(last.action(), 0, context, last.prompt().length, last.action().length);
        int[] oneMore = {context[context.length - 1]};
        Sequence beyond = new Sequence(context, oneMore);
        return passes.score(List.of(beyond), Adapter.none(), 1).get(0).hidden();
    }
}
