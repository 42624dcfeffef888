package io.marft.trainer.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The oracle itself, by values worked by hand. */
final class OracleTest {

    private static final double EXACT = 1e-9;
    private static final double TWO = Math.log(2);
    private static final PolicyOracle PLAIN = new PolicyOracle(0.2, 0, 0, 5);

    /** docs/marft.md's hand-checkable case. */
    @Test
    void shouldCreditActionsAsWorkedByHand() {
        OracleEpisode episode = chain(decision(0, 0, 0, 0.5), decision(0, 1, 1, 0.4));

        assertArrayEquals(new double[] {0.4603, 0.6}, AdvantageOracle.ofActions(episode, 0.99, 0.95), EXACT);
        assertArrayEquals(new double[] {0.9603, 1.0}, AdvantageOracle.returnsOfActions(episode, 0.99, 0.95), EXACT);
    }

    /** γ ½, γ_token ¼, λ 1: δ are ¼·2 − 1 and 0 + ½·3 − 2, then 8 − 3. */
    @Test
    void shouldCreditTokensAsWorkedByHand() {
        OracleEpisode episode = chain(decision(0, 0, 0, 1, 2), decision(0, 1, 8, 3));

        double[][] advantages = AdvantageOracle.ofTokens(episode, 0.5, 0.25, 1);

        assertArrayEquals(new double[] {-0.5 + 0.25 * 2, 2}, advantages[0], EXACT);
        assertArrayEquals(new double[] {5}, advantages[1], EXACT);
        assertArrayEquals(new double[] {1, 4}, AdvantageOracle.returnsOfTokens(episode, 0.5, 0.25, 1)[0], EXACT);
    }

    @Test
    void shouldNormaliseAsWorkedByHand() {
        double[] advantages = {2, 6, 0, 10, 20};

        double[] perAgent = NormalisationOracle.perAgent(advantages, new int[] {0, 0, 1, 1, 1});

        // The others have mean 10 and deviation √(200/3).
        assertArrayEquals(new double[] {-1, 1, -Math.sqrt(1.5), 0, Math.sqrt(1.5)}, perAgent, 1e-7);
        assertArrayEquals(new double[] {-1, -2, 1}, NormalisationOracle.joint(new double[] {2, 0, 6}), 1e-7);
    }

    /** Ratios of tokens 2 and 2: the action's is 4, per token 2, per each of 4 words √2. */
    @Test
    void shouldMakeRatiosInThreeModes() {
        OracleDecision decision =
                policies(4, new double[] {-1 - TWO, -TWO}, new double[] {-1, 0}, new double[] {-1, 0});

        assertEquals(4, PolicyOracle.ratio(decision, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(2, PolicyOracle.ratio(decision, PolicyOracle.Mode.TOKEN), EXACT);
        assertEquals(Math.sqrt(2), PolicyOracle.ratio(decision, PolicyOracle.Mode.WORD), EXACT);
        assertEquals(3 - 2 * TWO, PolicyOracle.approxKlOfActions(List.of(decision), PolicyOracle.Mode.SUM), EXACT);
        assertEquals(1 - TWO, PolicyOracle.approxKlOfTokens(List.of(decision)), EXACT);
    }

    /** ρ = 4 and A = 1: −1.2 if good, 4 if bad; per token ρ = 2. The behaviour's weight is 1. */
    @Test
    void shouldClipAtBothLevels() {
        List<OracleDecision> one =
                List.of(policies(1, new double[] {-TWO, -TWO}, new double[] {0, 0}, new double[] {0, 0}));

        assertEquals(-1.2, PLAIN.ofActions(one, new double[] {1}, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(4, PLAIN.ofActions(one, new double[] {-1}, PolicyOracle.Mode.SUM), EXACT);
        assertEquals((-1.2 + 2) / 2, PLAIN.ofTokens(one, new double[][] {{1, -1}}), EXACT);
    }

    /** No surrogate: entropies 1 and 2 at c_H = 0.1; the base's odds are ½ for both tokens, k3 = ½ − 1 + log 2. */
    @Test
    void shouldAddEntropyAndDivergence() {
        List<OracleDecision> one =
                List.of(policies(1, new double[] {0, 0}, new double[] {0, 0}, new double[] {-TWO, -TWO}));
        PolicyOracle oracle = new PolicyOracle(0.2, 0.1, 0.5, 5);

        assertEquals(-0.3 + 0.5 * 2 * (TWO - 0.5), oracle.ofActions(one, new double[1], PolicyOracle.Mode.SUM), EXACT);
        assertEquals(-0.15 + 0.5 * (TWO - 0.5), oracle.ofTokens(one, new double[1][2]), EXACT);
    }

    /** π_old / π_behaviour is 8, held at 5; per token 2 and 4. */
    @Test
    void shouldWeighStaleDataUpToTheCap() {
        double[] none = {0, 0};
        List<OracleDecision> one = List.of(new OracleDecision(
                0, 0, 0, 1, 0, 0, none, none, new double[] {-TWO, -2 * TWO}, none, none, none, none));

        assertEquals(-5, PLAIN.ofActions(one, new double[] {1}, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(-3, PLAIN.ofTokens(one, new double[][] {{1, 1}}), EXACT);
    }

    /** Updated in the order 2, 0, 1: agent 1 is corrected by both others' clipped ratios on its own step. */
    @Test
    void shouldCorrectBySameStepsEarlierUpdates() {
        OracleDecision up = at(0, 0, -TWO, 0);
        OracleDecision own = at(0, 1, -TWO, 0);
        OracleDecision down = at(0, 2, 0, -TWO);
        OracleDecision nextStep = at(1, 1, 0, 0);
        OracleEpisode episode = chain(up, own, down, nextStep);
        List<Integer> order = List.of(2, 0, 1);

        assertEquals(1, PLAIN.factor(episode, down, order, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(0.8, PLAIN.factor(episode, up, order, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(0.8 * 1.2, PLAIN.factor(episode, own, order, PolicyOracle.Mode.SUM), EXACT);
        assertEquals(1, PLAIN.factor(episode, nextStep, order, PolicyOracle.Mode.SUM), EXACT);
    }

    /** δ = 2, all moved from 0 to 1: held at 0.2. Errors 1.2, 3 and −0.8 are the larger ones, the second beyond δ. */
    @Test
    void shouldTakeHubersLossOfTheLargerError() {
        ValueOracle oracle = new ValueOracle(2, 0.2, 2);

        double loss = oracle.of(new double[] {1, 1, 1}, new double[3], new double[] {-0.2, -2, 1});

        assertEquals(2 * (0.72 + 4 + 0.32) / 3, loss, EXACT);
    }

    @Test
    void shouldDifferentiate() {
        assertArrayEquals(
                new double[] {6, 3}, Slopes.of(x -> x[0] * x[0] + 3 * x[1], new double[] {3, 1}, 1e-3), EXACT);
    }

    /** 0 → 1 ← 2 and 3 after 1, only 1 answers: the verifier 3 is not paid; without 2 and 3 nothing changes. */
    @Test
    void shouldPayTheLastThatLeadsToAnAnswer() {
        boolean[][] after = new boolean[4][4];
        after[1][0] = true;
        after[1][2] = true;
        after[3][1] = true;
        boolean[] answers = {false, true, false, false};

        assertEquals(List.of(0, 2, 1, 3), Dependencies.order(after));
        assertEquals(1, Dependencies.rewarded(List.of(0, 2, 1, 3), after, answers));
        assertEquals(1, Dependencies.rewarded(List.of(0, 1), after, answers));
    }

    /** What the generator promises, and that over some hundred batches it draws every kind of case. */
    @Test
    void shouldDrawEveryKindOfEpisode() {
        Set<Integer> teams = new HashSet<>();
        Set<Integer> steps = new HashSet<>();
        Set<Integer> lengths = new HashSet<>();
        boolean skipped = false;
        for (int seed = 0; seed < 200; seed++) {
            for (OracleEpisode episode : new RandomEpisodes(seed).batch(3)) {
                teams.add(episode.agents());
                steps.add(episode.steps());
                episode.decisions().forEach(decision -> lengths.add(decision.tokens()));
                skipped |= episode.decisions().size() < episode.agents() * episode.steps();
                for (int step = 0; step < episode.steps(); step++) {
                    int at = step;
                    long rewarded = episode.decisions().stream()
                            .filter(decision -> decision.step() == at && decision.reward() != 0)
                            .count();
                    assertEquals(1, rewarded, "seed " + seed);
                }
            }
        }

        assertEquals(Set.of(1, 2, 3, 4, 5, 6), teams);
        assertEquals(Set.of(1, 2, 3, 4), steps);
        assertEquals(12, lengths.size());
        assertTrue(skipped);
    }

    private static OracleEpisode chain(OracleDecision... decisions) {
        return new OracleEpisode(new boolean[3][3], new boolean[3], 2, List.of(decisions));
    }

    private static OracleDecision decision(int step, int agent, double reward, double... values) {
        double[] none = new double[values.length];
        return new OracleDecision(
                step, agent, reward, 1, values[0], values[0], values, values, none, none, none, none, none);
    }

    private static OracleDecision policies(int words, double[] proximal, double[] current, double[] base) {
        double[] none = {0, 0};
        return new OracleDecision(
                0, 0, 0, words, 0, 0, none, none, proximal, proximal, current, base, new double[] {1, 2});
    }

    private static OracleDecision at(int step, int agent, double proximal, double current) {
        double[] none = {0};
        double[] old = {proximal};
        return new OracleDecision(step, agent, 0, 1, 0, 0, none, none, old, old, new double[] {current}, none, none);
    }
}
