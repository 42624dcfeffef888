package io.marft.trainer.update;

import io.marft.policy.decoder.Perceptrons;
import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.configure.CreditMode;
import io.marft.trainer.configure.Formulas;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.CriticState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What every decision of a rollout is credited with, unit by unit: once for each decision at action level, for each of its
 * tokens at token level.
 *
 * @param values V under the critic at the start of the update, {@code [decisions][units]}
 * @param advantages A, not normalised, {@code [decisions][units]}
 * @param returns R, the critic's targets, {@code [decisions][units]}
 */
record Credit(double[][] values, double[][] advantages, double[][] returns) {

    /** Credits every episode by itself. */
    static Credit of(
            Rollout rollout,
            BasePass base,
            Map<String, CriticState> critics,
            TrainingConfiguration configuration,
            Perceptrons perceptrons) {
        CreditMode mode = configuration.credit();
        GeneralizedAdvantage estimator = configuration.advantage();
        int decisions = rollout.decisions().size();
        double[][] values = values(rollout, base, critics, perceptrons);
        if (configuration.formulas() == Formulas.REFERENCE) {
            return ReferenceCredit.of(rollout, values, rollout.agents().size(), estimator.gamma(), estimator.lambda());
        }
        Credit credit = new Credit(values, new double[decisions][], new double[decisions][]);
        for (int e = 0; e < rollout.episodes().size(); e++) {
            for (int[] sequence : sequences(rollout, e, mode)) {
                credit.estimate(rollout, sequence, mode, estimator);
            }
        }
        return credit;
    }

    /** V of each unit, {@code [decisions][units]}; each critic values all of its states at once. */
    private static double[][] values(
            Rollout rollout, BasePass base, Map<String, CriticState> critics, Perceptrons perceptrons) {
        double[][] units = new double[rollout.decisions().size()][];
        critics.forEach((owner, state) -> {
            int[] own = rollout.ofCritic(owner); // Nothing for an agent that did not act.
            List<float[]> states = new ArrayList<>();
            for (int k : own) {
                states.addAll(Arrays.asList(base.features().get(k)));
            }
            double[] all = state.critic().values(perceptrons, states);
            int at = 0;
            for (int k : own) {
                int count = base.features().get(k).length;
                units[k] = Arrays.copyOfRange(all, at, at + count);
                at += count;
            }
        });
        return units;
    }

    /** The decisions that the recursion runs over: all of an episode, or each agent's own. */
    private static List<int[]> sequences(Rollout rollout, int episode, CreditMode mode) {
        int[] all = rollout.decisionsOf(episode);
        if (mode == CreditMode.TEAM) {
            return List.of(all);
        }
        Map<String, int[]> own = new LinkedHashMap<>();
        for (int k : all) {
            String agent = rollout.decisions().get(k).agent();
            own.putIfAbsent(
                    agent,
                    Arrays.stream(all)
                            .filter(other ->
                                    rollout.decisions().get(other).agent().equals(agent))
                            .toArray());
        }
        return List.copyOf(own.values());
    }

    private void estimate(Rollout rollout, int[] sequence, CreditMode mode, GeneralizedAdvantage estimator) {
        double[] rewards = new double[sequence.length];
        double[][] own = new double[sequence.length][];
        for (int i = 0; i < sequence.length; i++) {
            Decision decision = rollout.decisions().get(sequence[i]);
            rewards[i] = mode == CreditMode.TEAM ? decision.reward() : decision.stepReward();
            own[i] = values[sequence[i]];
        }
        GeneralizedAdvantage.Estimate estimate = estimator.estimate(rewards, own);
        for (int i = 0; i < sequence.length; i++) {
            advantages[sequence[i]] = estimate.advantages()[i];
            returns[sequence[i]] = estimate.returns()[i];
        }
    }

    /** 1 − Var(R − V) / Var(R) over all units: 1 for a perfect critic, 0 for a constant one or where returns are equal. */
    double explainedVariance() {
        double[] flat = flat(returns);
        double[] errors = flat(values);
        for (int k = 0; k < errors.length; k++) {
            errors[k] = flat[k] - errors[k];
        }
        double total = variance(flat);
        return total == 0 ? 0 : 1 - variance(errors) / total;
    }

    static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
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
