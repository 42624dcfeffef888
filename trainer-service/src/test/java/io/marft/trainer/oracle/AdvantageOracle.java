package io.marft.trainer.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Advantages as sums: A(k) = Σ_j (Π_{k ≤ l < j} λ d(l)) δ(j), over a flat list of units, d(l) being their discounts. */
public final class AdvantageOracle {

    private AdvantageOracle() {}

    /**
     * An action, or a token of one.
     *
     * @param discount of what comes after it: 0 at the end of an episode
     */
    private record Unit(double reward, double value, double valueAfter, double discount) {
        double delta() {
            return reward + discount * valueAfter - value;
        }
    }

    /** A of each decision of an episode. */
    public static double[] ofActions(OracleEpisode episode, double gamma, double lambda) {
        return advantages(actionUnits(episode, gamma), lambda);
    }

    /** A of each token of an episode, {@code [decisions][tokens]}. */
    public static double[][] ofTokens(OracleEpisode episode, double gamma, double gammaToken, double lambda) {
        double[] flat = advantages(tokenUnits(episode, gamma, gammaToken), lambda);
        double[][] advantages = new double[episode.decisions().size()][];
        int from = 0;
        for (int k = 0; k < advantages.length; k++) {
            int to = from + episode.decisions().get(k).tokens();
            advantages[k] = IntStream.range(from, to).mapToDouble(i -> flat[i]).toArray();
            from = to;
        }
        return advantages;
    }

    /** R of each decision. */
    public static double[] returnsOfActions(OracleEpisode episode, double gamma, double lambda) {
        double[] advantages = ofActions(episode, gamma, lambda);
        return IntStream.range(0, advantages.length)
                .mapToDouble(k -> advantages[k] + episode.decisions().get(k).value())
                .toArray();
    }

    /** R of each token, {@code [decisions][tokens]}. */
    public static double[][] returnsOfTokens(OracleEpisode episode, double gamma, double gammaToken, double lambda) {
        double[][] advantages = ofTokens(episode, gamma, gammaToken, lambda);
        return IntStream.range(0, advantages.length)
                .mapToObj(k -> IntStream.range(0, advantages[k].length)
                        .mapToDouble(t ->
                                advantages[k][t] + episode.decisions().get(k).tokenValues()[t])
                        .toArray())
                .toArray(double[][]::new);
    }

    private static List<Unit> actionUnits(OracleEpisode episode, double gamma) {
        List<OracleDecision> decisions = episode.decisions();
        return IntStream.range(0, decisions.size())
                .mapToObj(k -> {
                    boolean last = k + 1 == decisions.size();
                    double after = last ? 0 : decisions.get(k + 1).value();
                    OracleDecision decision = decisions.get(k);
                    return new Unit(decision.reward(), decision.value(), after, last ? 0 : gamma);
                })
                .toList();
    }

    private static List<Unit> tokenUnits(OracleEpisode episode, double gamma, double gammaToken) {
        List<Unit> units = new ArrayList<>();
        List<OracleDecision> decisions = episode.decisions();
        for (int k = 0; k < decisions.size(); k++) {
            double[] values = decisions.get(k).tokenValues();
            for (int t = 0; t + 1 < values.length; t++) {
                units.add(new Unit(0, values[t], values[t + 1], gammaToken));
            }
            boolean end = k + 1 == decisions.size();
            double after = end ? 0 : decisions.get(k + 1).tokenValues()[0];
            double discount = end ? 0 : gamma;
            units.add(new Unit(decisions.get(k).reward(), values[values.length - 1], after, discount));
        }
        return units;
    }

    private static double[] advantages(List<Unit> units, double lambda) {
        return IntStream.range(0, units.size())
                .mapToDouble(k -> IntStream.range(k, units.size())
                        .mapToDouble(
                                j -> reach(units, k, j, lambda) * units.get(j).delta())
                        .sum())
                .toArray();
    }

    /** How much of δ(j) arrives at k. */
    private static double reach(List<Unit> units, int k, int j, double lambda) {
        return units.subList(k, j).stream()
                .mapToDouble(unit -> lambda * unit.discount())
                .reduce(1, (product, factor) -> product * factor);
    }
}
