package io.marft.trainer.update;

import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.critic.Critic;
import java.util.List;

/**
 * What every decision of a rollout is credited with.
 *
 * @param values V(k) under the critic at the start of the update
 * @param advantages A(k), not normalised
 * @param returns R(k), the critic's targets
 */
record Credit(double[] values, double[] advantages, double[] returns) {

    /** Credits every episode by itself. */
    static Credit of(Rollout rollout, BasePass base, Critic critic, GeneralizedAdvantage estimator) {
        double[] values = critic.values(base.features());
        double[] advantages = new double[values.length];
        double[] returns = new double[values.length];
        int at = 0;
        for (int e = 0; e < rollout.episodes().size(); e++) {
            Episode episode = rollout.episodes().get(e);
            List<Decision> decisions = episode.decisions();
            double[] rewards = decisions.stream().mapToDouble(Decision::reward).toArray();
            double[] own = new double[rewards.length];
            System.arraycopy(values, at, own, 0, own.length);
            GeneralizedAdvantage.Estimate estimate = episode.terminal()
                    ? estimator.terminal(rewards, own)
                    : estimator.truncated(
                            rewards, own, critic.value(base.afterCut().get(e)));
            System.arraycopy(estimate.advantages(), 0, advantages, at, own.length);
            System.arraycopy(estimate.returns(), 0, returns, at, own.length);
            at += own.length;
        }
        return new Credit(values, advantages, returns);
    }

    /** 1 − Var(R − V) / Var(R): 1 for a perfect critic, 0 for a constant one; 0 where all returns are equal. */
    double explainedVariance() {
        double[] errors = new double[returns.length];
        for (int k = 0; k < errors.length; k++) {
            errors[k] = returns[k] - values[k];
        }
        double total = variance(returns);
        return total == 0 ? 0 : 1 - variance(errors) / total;
    }

    private static double variance(double[] of) {
        double mean = 0;
        for (double value : of) {
            mean += value / of.length;
        }
        double variance = 0;
        for (double value : of) {
            variance += (value - mean) * (value - mean) / of.length;
        }
        return variance;
    }
}
