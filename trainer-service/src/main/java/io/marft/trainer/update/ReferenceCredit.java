package io.marft.trainer.update;

import io.marft.trainer.batch.Decision;
import io.marft.trainer.reference.ReferenceAdvantage;
import io.marft.trainer.reference.ReferenceBuffer;
import io.marft.trainer.state.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A rollout's credit by the reference implementation's formulas, faults included, for checking only: the episodes lie one
 * behind the other in a buffer of steps, in each of which all agents act in the same order.
 */
final class ReferenceCredit {

    private ReferenceCredit() {}

    /**
     * Credits a rollout.
     *
     * @param values V under the critic, {@code [decisions][units]}
     * @param agents how many agents the team has; all of them acted in every step (see {@link TrainingState#checkFits})
     */
    static Credit of(Rollout rollout, double[][] values, int agents, double gamma, double lambda) {
        List<Decision> decisions = rollout.decisions();
        double[][] rewards = new double[rollout.episodes().size()][];
        for (int e = 0; e < rewards.length; e++) {
            int[] own = rollout.decisionsOf(e);
            rewards[e] = Arrays.stream(own)
                    .filter(k -> (k - own[0]) % agents == 0)
                    .mapToDouble(k -> decisions.get(k).stepReward())
                    .toArray();
        }
        ReferenceBuffer buffer = ReferenceBuffer.of(rewards, agents);
        int steps = decisions.size() / agents;
        double[][][] rows = new double[steps + 1][agents][];
        for (int k = 0; k < decisions.size(); k++) {
            rows[k / agents][k % agents] = values[k];
        }
        Arrays.fill(rows[steps], new double[] {0});
        ReferenceAdvantage.Estimate estimate =
                ReferenceAdvantage.of(buffer.rewards(), rows, buffer.masks(), gamma, lambda);
        return new Credit(values, flat(estimate.advantages()), flat(estimate.returns()));
    }

    private static double[][] flat(double[][][] rows) {
        List<double[]> flat = new ArrayList<>();
        for (double[][] row : rows) {
            flat.addAll(Arrays.asList(row));
        }
        return flat.toArray(double[][]::new);
    }
}
