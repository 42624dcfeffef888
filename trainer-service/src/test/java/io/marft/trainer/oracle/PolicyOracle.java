package io.marft.trainer.oracle;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The policy objective at both levels.
 *
 * @param clip ε
 * @param entropyCoefficient c_H
 * @param klCoefficient β
 * @param cap c of the weight of stale data
 */
public record PolicyOracle(double clip, double entropyCoefficient, double klCoefficient, double cap) {

    /** How an action's log-probability, entropy and divergence are made from its tokens': their sum by a divisor. */
    public enum Mode {
        SUM,
        TOKEN,
        WORD;

        double of(OracleDecision decision, double[] perToken) {
            double sum = DoubleStream.of(perToken).sum();
            return switch (this) {
                case SUM -> sum;
                case TOKEN -> sum / decision.tokens();
                case WORD -> sum / decision.words();
            };
        }
    }

    /** ρ of an action. */
    public static double ratio(OracleDecision decision, Mode mode) {
        return Math.exp(mode.of(decision, decision.current())) / Math.exp(mode.of(decision, decision.proximal()));
    }

    /** ρ of each token. */
    public static double[] tokenRatios(OracleDecision decision) {
        return IntStream.range(0, decision.tokens())
                .mapToDouble(t -> Math.exp(decision.current()[t]) / Math.exp(decision.proximal()[t]))
                .toArray();
    }

    /** The loss, a mean over actions; {@code advantages} has one for each. */
    public double ofActions(List<OracleDecision> decisions, double[] advantages, Mode mode) {
        return IntStream.range(0, decisions.size())
                .mapToDouble(k -> {
                    OracleDecision decision = decisions.get(k);
                    double weight =
                            weight(mode.of(decision, decision.proximal()), mode.of(decision, decision.behaviour()));
                    return weight * surrogate(ratio(decision, mode), advantages[k])
                            - entropyCoefficient * mode.of(decision, decision.entropies())
                            + klCoefficient * mode.of(decision, divergences(decision));
                })
                .average()
                .orElseThrow();
    }

    /** The loss, a mean over all the actions' tokens; {@code advantages} are {@code [decisions][tokens]}. */
    public double ofTokens(List<OracleDecision> decisions, double[][] advantages) {
        return IntStream.range(0, decisions.size())
                .boxed()
                .flatMapToDouble(k -> {
                    OracleDecision decision = decisions.get(k);
                    double[] ratios = tokenRatios(decision);
                    double[] divergences = divergences(decision);
                    return IntStream.range(0, decision.tokens())
                            .mapToDouble(t -> weight(decision.proximal()[t], decision.behaviour()[t])
                                            * surrogate(ratios[t], advantages[k][t])
                                    - entropyCoefficient * decision.entropies()[t]
                                    + klCoefficient * divergences[t]);
                })
                .average()
                .orElseThrow();
    }

    /** Mean over actions of ρ − 1 − log ρ. */
    public static double approxKlOfActions(List<OracleDecision> decisions, Mode mode) {
        return decisions.stream()
                .mapToDouble(decision -> divergence(ratio(decision, mode)))
                .average()
                .orElseThrow();
    }

    /** Mean over tokens of ρ − 1 − log ρ. */
    public static double approxKlOfTokens(List<OracleDecision> decisions) {
        return decisions.stream()
                .flatMapToDouble(decision -> DoubleStream.of(tokenRatios(decision)))
                .map(PolicyOracle::divergence)
                .average()
                .orElseThrow();
    }

    /**
     * HAPPO's factor of a decision: the product of the clipped ratios of those agents' actions, on the same step of the
     * same episode, that were updated before its own agent.
     *
     * @param order agents as they are updated
     * @param mode how ratios are made; at token level {@link Mode#SUM}
     */
    public double factor(OracleEpisode episode, OracleDecision of, List<Integer> order, Mode mode) {
        List<Integer> before = order.subList(0, order.indexOf(of.agent()));
        return episode.decisions().stream()
                .filter(other -> other.step() == of.step() && before.contains(other.agent()))
                .mapToDouble(other -> Math.min(1 + clip, Math.max(1 - clip, ratio(other, mode))))
                .reduce(1, (product, ratio) -> product * ratio);
    }

    /** −min(ρA, clip(ρ)A) by cases: a good action's ratio is held from above, a bad one's from below. */
    private double surrogate(double ratio, double advantage) {
        return -advantage * (advantage >= 0 ? Math.min(ratio, 1 + clip) : Math.max(ratio, 1 - clip));
    }

    private double weight(double proximal, double behaviour) {
        return Math.min(Math.exp(proximal) / Math.exp(behaviour), cap);
    }

    /** k3 of each token: that of π_base/π_θ. */
    private static double[] divergences(OracleDecision decision) {
        return IntStream.range(0, decision.tokens())
                .mapToDouble(t -> divergence(Math.exp(decision.base()[t]) / Math.exp(decision.current()[t])))
                .toArray();
    }

    private static double divergence(double ratio) {
        return ratio - 1 - Math.log(ratio);
    }
}
