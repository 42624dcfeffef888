package io.marft.trainer.update;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.configure.CreditMode;
import io.marft.trainer.objective.Level;
import io.marft.trainer.state.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The frozen base model's pass over a rollout, which serves the critic's features and the reference log-probs of all
 * epochs. Where actor and critic read the same tokens it is one pass over each decision; where D branches, and from the
 * second step on, the critic's context has a pass of its own.
 *
 * @param features the hidden states at the end of each decision's context, or before each token of its action,
 *     {@code [decisions][units][width]}
 * @param logProbs log π_base of each action token, {@code [decisions][tokens]}
 * @param afterCut by the decision after which an episode was cut off, the hidden state after it
 */
record BasePass(List<float[][]> features, List<float[]> logProbs, Map<Integer, float[]> afterCut) {

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
        return new BasePass(Arrays.asList(features), Arrays.asList(logProbs), afterCut(rollout, passes, mode));
    }

    private static Sequence criticSequence(Decision decision, CreditMode mode) {
        return mode == CreditMode.TEAM
                ? new Sequence(decision.criticContext(), decision.sequence().action())
                : decision.sequence();
    }

    /**
     * The state at a last action's last token: everything up to it is the context of a decision that never came. It is that
     * of the episode's last decision or, where agents are credited by themselves, of each agent's last.
     */
    private static Map<Integer, float[]> afterCut(Rollout rollout, ModelPasses passes, CreditMode mode) {
        List<Integer> last = new ArrayList<>();
        for (int e = 0; e < rollout.episodes().size(); e++) {
            Episode episode = rollout.episodes().get(e);
            if (!episode.terminal()) {
                Map<String, Integer> lastOf = new HashMap<>();
                for (int k : rollout.decisionsOf(e)) {
                    lastOf.put(
                            mode == CreditMode.TEAM
                                    ? TrainingState.SHARED
                                    : rollout.decisions().get(k).agent(),
                            k);
                }
                last.addAll(lastOf.values().stream().sorted().toList());
            }
        }
        List<Sequence> beyond = last.stream()
                .map(k -> beyond(criticSequence(rollout.decisions().get(k), mode)))
                .toList();
        List<Score> scores = passes.score(beyond, Adapter.none(), 1, Score.States.FIRST);
        Map<Integer, float[]> states = new HashMap<>();
        for (int i = 0; i < last.size(); i++) {
            states.put(last.get(i), scores.get(i).hidden()[0]);
        }
        return states;
    }

    private static Sequence beyond(Sequence done) {
        int[] context = Arrays.copyOf(done.prompt(), done.prompt().length + done.action().length);
        System.arraycopy(done.action(), 0, context, done.prompt().length, done.action().length);
        return new Sequence(context, new int[] {context[context.length - 1]});
    }
}
