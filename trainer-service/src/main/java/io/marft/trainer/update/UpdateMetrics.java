package io.marft.trainer.update;

import io.marft.schemas.catalogue.Metric;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.state.AgentState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Gathers an update's diagnostics under their usual names. */
final class UpdateMetrics {

    private final Rollout rollout;
    private final long version;
    private final Map<String, Map<String, Double>> agents = new LinkedHashMap<>();
    private final Map<String, Double> whole = new LinkedHashMap<>();

    /** @param version the adapter version that the update starts from */
    UpdateMetrics(Rollout rollout, long version) {
        this.rollout = rollout;
        this.version = version;
        whole.put(
                Metric.EPISODIC_RETURN.key(),
                rollout.episodes().stream()
                        .mapToDouble(Episode::earned)
                        .average()
                        .orElse(0));
        whole.put(
                Metric.STALENESS.key(),
                rollout.decisions().stream()
                        .mapToDouble(decision -> version - decision.version())
                        .average()
                        .orElse(0));
    }

    /** Adds what came of an agent's turn. */
    void agent(String agent, int[] own, PolicyTraining.Outcome outcome) {
        Map<String, Double> metrics = new LinkedHashMap<>(outcome.metrics());
        whole.put(Metric.GRADIENT_NORM.of(agent), metrics.remove(Metric.GRADIENT_NORM.key()));
        double divergence = 0;
        int tokens = 0;
        for (int i = 0; i < own.length; i++) {
            Decision decision = rollout.decisions().get(own[i]);
            if (decision.version() == version) {
                divergence += mismatch(outcome.terms().get(i).proximal(), decision.logProbs());
                tokens += decision.logProbs().length;
            }
        }
        if (tokens > 0) {
            metrics.put(Metric.MISMATCH_KL.key(), divergence / tokens);
        }
        agents.put(agent, metrics);
    }

    /** The actor's log-probs against the trainer's for the same version: k3 summed over tokens. */
    private static double mismatch(float[] trainer, float[] actor) {
        double sum = 0;
        for (int t = 0; t < actor.length; t++) {
            double x = (double) trainer[t] - actor[t];
            sum += StrictMath.exp(x) - 1 - x;
        }
        return sum;
    }

    /** Adds what came of the critics' turns: means over them. */
    void critics(List<CriticTraining.Outcome> outcomes, Credit credit) {
        whole.put(Metric.VALUE_LOSS.key(), mean(outcomes.stream().map(CriticTraining.Outcome::valueLoss)));
        whole.put(Metric.EXPLAINED_VARIANCE.key(), credit.explainedVariance());
        whole.put(
                Metric.GRADIENT_NORM.of(Metric.CRITIC),
                mean(outcomes.stream().map(CriticTraining.Outcome::gradientNorm)));
    }

    private static double mean(Stream<Double> values) {
        return values.mapToDouble(Double::doubleValue).average().orElse(0);
    }

    /** Each agent's own diagnostics, in the order in which they were updated; then those that were not. */
    List<UpdateResult.AgentResult> agents(Map<String, AgentState> states) {
        List<String> order = new ArrayList<>(agents.keySet());
        states.keySet().stream().filter(agent -> !agents.containsKey(agent)).forEach(order::add);
        return order.stream()
                .map(agent -> new UpdateResult.AgentResult(
                        agent, states.get(agent).adapter().digest(), agents.getOrDefault(agent, Map.of())))
                .toList();
    }

    /** The update's diagnostics; what each agent has of its own is averaged over the agents. */
    Map<String, Double> whole() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        agents.values()
                .forEach(metrics ->
                        metrics.forEach((name, value) -> values.computeIfAbsent(name, absent -> new ArrayList<>())
                                .add(value)));
        Map<String, Double> all = new LinkedHashMap<>(whole);
        values.forEach((name, list) -> all.put(name, mean(list.stream())));
        return all;
    }
}
