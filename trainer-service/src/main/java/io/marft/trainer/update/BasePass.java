package io.marft.trainer.update;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.configure.CreditMode;
import io.marft.trainer.objective.Level;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The frozen base model's pass over a rollout, which serves the critic's features and the reference log-probs of all
 * epochs. Where actor and critic read the same tokens it is one pass over each decision; where D branches, and from the
 * second step on, the critic's context has a pass of its own.
 *
 * @param features the hidden states at the end of each decision's context, or before each token of its action,
 *     {@code [decisions][units][width]}
 * @param logProbs log π_base of each action token, {@code [decisions][tokens]}
 */
record BasePass(List<float[][]> features, List<float[]> logProbs) {

    /**
     * Runs the pass.
     *
     * @param mode whose context the features are of: the team's critic's or, if independent, each actor's own
     */
    static BasePass over(Rollout rollout, ModelPasses passes, Level level, CreditMode mode) {
        Score.States states = level == Level.ACTION ? Score.States.FIRST : Score.States.ALL;
        List<Decision> decisions = rollout.decisions();
        float[][][] features = new float[decisions.size()][][];
        float[][] logProbs = new float[decisions.size()][];
        for (String agent : rollout.agents()) {
            int[] own = rollout.of(agent);
            float temperature = decisions.get(own[0]).temperature();
            List<Sequence> actors = Minibatches.pick(decisions, own).stream()
                    .map(Decision::sequence)
                    .toList();
            List<Score> scores = passes.score(actors, Adapter.none(), temperature, states);
            for (int i = 0; i < own.length; i++) {
                features[own[i]] = scores.get(i).hidden();
                logProbs[own[i]] = scores.get(i).logProbs();
            }
        }
        if (mode == CreditMode.TEAM) {
            int[] apart = IntStream.range(0, decisions.size())
                    .filter(k -> !decisions.get(k).sharesContext())
                    .toArray();
            List<Score> scores = passes.score(
                    Arrays.stream(apart)
                            .mapToObj(k -> criticSequence(decisions.get(k), mode))
                            .toList(),
                    Adapter.none(),
                    1,
                    states);
            for (int i = 0; i < apart.length; i++) {
                features[apart[i]] = scores.get(i).hidden();
            }
        }
        return new BasePass(Arrays.asList(features), Arrays.asList(logProbs));
    }

    private static Sequence criticSequence(Decision decision, CreditMode mode) {
        return mode == CreditMode.TEAM
                ? new Sequence(decision.criticContext(), decision.sequence().action())
                : decision.sequence();
    }
}
