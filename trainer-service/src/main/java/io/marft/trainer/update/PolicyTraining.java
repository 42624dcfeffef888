package io.marft.trainer.update;

import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.schemas.catalogue.Metric;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.objective.ActionTerm;
import io.marft.trainer.objective.PolicyDiagnostics;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.state.AgentState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One agent's turn within an update: epochs of clipped policy steps on its own decisions. */
final class PolicyTraining {

    /** Of a step that left the trust region, the least share that is tried. */
    private static final double SHORTEST = 1.0 / 32;

    private final ModelPasses passes;
    private final TrainingConfiguration configuration;
    private final PolicyObjective objective;

    PolicyTraining(ModelPasses passes, TrainingConfiguration configuration) {
        this.passes = passes;
        this.configuration = configuration;
        this.objective = configuration.policy();
    }

    /**
     * What is fixed during an agent's turn; all lists have one entry per decision of the agent.
     *
     * @param temperature the temperature that the agent samples at
     * @param decisions what it did
     * @param advantages normalised, with the earlier agents' correction, {@code [decisions][units]}
     * @param base log-probabilities of the action tokens under the frozen base
     * @param epochs for each epoch its minibatches, none of them empty, each of places in the lists above
     */
    record Task(
            float temperature,
            List<Decision> decisions,
            double[][] advantages,
            List<float[]> base,
            List<List<int[]>> epochs) {

        List<Sequence> sequences() {
            return decisions.stream().map(Decision::sequence).toList();
        }
    }

    /**
     * What came of it.
     *
     * @param state the agent's state afterwards
     * @param terms what was fixed about each decision: among it log π_old, of the agent at the start of its turn
     * @param metrics by their usual names
     */
    record Outcome(AgentState state, List<ActionTerm> terms, Map<String, Double> metrics) {}

    /** Trains one agent. A step that leaves the trust region ends its turn and is {@link #trustedShare shortened}. */
    Outcome train(AgentState start, Task task) {
        List<Sequence> sequences = task.sequences();
        List<float[]> proximal = logProbs(start, task);
        List<ActionTerm> terms = new ArrayList<>();
        for (int k = 0; k < sequences.size(); k++) {
            terms.add(new ActionTerm(
                    task.advantages()[k],
                    proximal.get(k),
                    task.decisions().get(k).logProbs(),
                    task.base().get(k),
                    task.decisions().get(k).words()));
        }

        AgentState state = start;
        AgentState before = start;
        PolicyDiagnostics seen = PolicyDiagnostics.NONE;
        double gradientNorms = 0;
        int steps = 0;
        boolean trusted = true;
        int[] last = {};
        for (List<int[]> epoch : task.epochs()) {
            for (int[] minibatch : epoch) {
                last = minibatch;
                ModelPasses.Gradient loss = passes.gradient(
                        Minibatches.pick(sequences, minibatch),
                        Minibatches.pick(terms, minibatch),
                        state.adapter(),
                        task.temperature(),
                        objective,
                        configuration.level());
                seen = seen.plus(loss.diagnostics());
                double norm = AdamW.norm(loss.gradient());
                trusted = loss.diagnostics().meanApproxKl() <= configuration.targetKl() && Double.isFinite(norm);
                if (!trusted) {
                    break;
                }
                before = state;
                state = state.step(
                        configuration.optimizer(), AdamW.clipped(loss.gradient(), configuration.maxGradientNorm()));
                gradientNorms += norm;
                steps++;
            }
            if (!trusted) {
                break;
            }
        }
        int taken = steps;
        if (!trusted && steps > 0) {
            double share = trustedShare(before, state, task, terms, last);
            AgentState kept = share > 0 ? before.partOf(state, share) : before;
            // Nine tenths of a turn's first step are earlier updates' gradients. Where they lead out of the region they
            // would again, whatever the data say, and one such step an update is enough to ruin a policy.
            state = steps == 1 ? kept.withoutMomentum() : kept;
            taken = share > 0 ? steps : steps - 1;
        }
        return new Outcome(state, terms, metrics(seen, gradientNorms / Math.max(1, steps), taken));
    }

    /**
     * How much of a step that left the trust region to take: the first of a half, a quarter … with which approximate KL stays
     * within its bound on the minibatch that showed what the whole step did; 0, if none of them does.
     */
    private double trustedShare(
            AgentState before, AgentState stepped, Task task, List<ActionTerm> terms, int[] minibatch) {
        double share = 0.5;
        // Not "greater", which NaN is not.
        while (!(approxKl(before.partOf(stepped, share), task, terms, minibatch) <= configuration.targetKl())) {
            share /= 2;
            if (share < SHORTEST) {
                return 0;
            }
        }
        return share;
    }

    private double approxKl(AgentState state, Task task, List<ActionTerm> terms, int[] minibatch) {
        List<Score> scores = passes.score(
                Minibatches.pick(task.sequences(), minibatch), state.adapter(), task.temperature(), Score.States.FIRST);
        List<ActionTerm> own = Minibatches.pick(terms, minibatch);
        return objective
                .evaluate(
                        configuration.level(),
                        own,
                        scores.stream().map(Score::logProbs).toArray(float[][]::new),
                        scores.stream().map(Score::entropies).toArray(float[][]::new),
                        PolicyObjective.units(configuration.level(), own))
                .diagnostics()
                .meanApproxKl();
    }

    /** clip(ρ) of each decision, the agent after its turn against before it: what corrects later agents' advantages. */
    double[] clippedRatios(Outcome outcome, Task task) {
        List<float[]> now = logProbs(outcome.state(), task);
        double[] ratios = new double[now.size()];
        for (int k = 0; k < ratios.length; k++) {
            ratios[k] = objective.clippedRatio(
                    configuration.level(), outcome.terms().get(k), now.get(k));
        }
        return ratios;
    }

    private List<float[]> logProbs(AgentState state, Task task) {
        return passes.score(task.sequences(), state.adapter(), task.temperature(), Score.States.FIRST).stream()
                .map(Score::logProbs)
                .toList();
    }

    private static Map<String, Double> metrics(PolicyDiagnostics seen, double gradientNorm, int steps) {
        double units = seen.units();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(Metric.POLICY_LOSS.key(), seen.surrogate() / units);
        metrics.put(Metric.ENTROPY.key(), seen.entropy() / units);
        metrics.put(Metric.APPROX_KL.key(), seen.approxKl() / units);
        metrics.put(Metric.CLIP_FRACTION.key(), seen.clipped() / units);
        metrics.put(Metric.KL_BASE.key(), seen.klBase() / units);
        metrics.put(Metric.POLICY_STEPS.key(), (double) steps);
        metrics.put(Metric.GRADIENT_NORM.key(), gradientNorm);
        return metrics;
    }
}
