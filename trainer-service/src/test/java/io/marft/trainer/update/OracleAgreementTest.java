package io.marft.trainer.update;

import static io.marft.trainer.Matrices.assertClose;
import static io.marft.trainer.Matrices.column;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.advantage.Normalization;
import io.marft.trainer.objective.ActionLogProbability;
import io.marft.trainer.objective.Level;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.objective.ValueObjective;
import io.marft.trainer.oracle.AdvantageOracle;
import io.marft.trainer.oracle.NormalisationOracle;
import io.marft.trainer.oracle.OracleDecision;
import io.marft.trainer.oracle.OracleEpisode;
import io.marft.trainer.oracle.PolicyOracle;
import io.marft.trainer.oracle.Slopes;
import io.marft.trainer.oracle.ValueOracle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A thousand random episodes, in batches of five of one team: production says what the oracle says. */
final class OracleAgreementTest {

    private static final int BATCHES = 200;
    private static final int EPISODES = 5;
    private static final double CLOSE = 1e-6;

    /** Differences of step 1e-6 of functions of size 1 in float64: their rounding alone comes to some 1e-9. */
    private static final double STEP = 1e-6;

    private static final double SLOPE = 1e-5;

    private interface Check {
        void of(OracleBatch batch, Random random, String which);
    }

    private static void onThousandEpisodes(Check check) {
        for (int seed = 0; seed < BATCHES; seed++) {
            check.of(OracleBatch.draw(seed, EPISODES), new Random(~seed), "seed " + seed);
        }
    }

    @Test
    void shouldAgreeOnAdvantagesAndReturnsAtBothLevels() {
        onThousandEpisodes((batch, random, which) -> {
            double gamma = random.nextDouble();
            double lambda = random.nextDouble();
            double tokenGamma = random.nextDouble();
            GeneralizedAdvantage production = new GeneralizedAdvantage(gamma, lambda, tokenGamma, Normalization.NONE);
            for (OracleEpisode episode : batch.episodes()) {
                GeneralizedAdvantage.Estimate actions = estimate(production, episode, actionValues(episode));
                GeneralizedAdvantage.Estimate tokens = estimate(production, episode, tokenValues(episode));

                assertClose(
                        column(AdvantageOracle.ofActions(episode, gamma, lambda)), actions.advantages(), CLOSE, which);
                assertClose(
                        column(AdvantageOracle.returnsOfActions(episode, gamma, lambda)),
                        actions.returns(),
                        CLOSE,
                        which);
                assertClose(
                        AdvantageOracle.ofTokens(episode, gamma, tokenGamma, lambda),
                        tokens.advantages(),
                        CLOSE,
                        which);
                assertClose(
                        AdvantageOracle.returnsOfTokens(episode, gamma, tokenGamma, lambda),
                        tokens.returns(),
                        CLOSE,
                        which);
            }
        });
    }

    private static GeneralizedAdvantage.Estimate estimate(
            GeneralizedAdvantage production, OracleEpisode episode, double[][] values) {
        double[] rewards =
                episode.decisions().stream().mapToDouble(OracleDecision::reward).toArray();
        return production.estimate(rewards, values);
    }

    private static double[][] actionValues(OracleEpisode episode) {
        return column(
                episode.decisions().stream().mapToDouble(OracleDecision::value).toArray());
    }

    private static double[][] tokenValues(OracleEpisode episode) {
        return episode.decisions().stream().map(OracleDecision::tokenValues).toArray(double[][]::new);
    }

    /** Actions of a batch; tokens of an episode, as the oracle looks at all pairs for every one. */
    @Test
    void shouldAgreeOnNormalisationsAtBothLevels() {
        onThousandEpisodes((batch, random, which) -> {
            assertNormalised(batch, advantages(batch, Level.ACTION, random));
            for (OracleEpisode episode : batch.episodes()) {
                OracleBatch single = new OracleBatch(List.of(episode));
                assertNormalised(single, advantages(single, Level.TOKEN, random));
            }
        });
    }

    private static void assertNormalised(OracleBatch batch, double[][] advantages) {
        double[] flat = Credit.flat(advantages);
        int[] owners = IntStream.range(0, advantages.length)
                .flatMap(k -> Arrays.stream(advantages[k]).mapToInt(a -> batch.agents()[k]))
                .toArray();

        assertNormalised(NormalisationOracle.perAgent(flat, owners), Normalization.PER_AGENT, batch, advantages);
        assertNormalised(NormalisationOracle.joint(flat), Normalization.JOINT, batch, advantages);
        assertNormalised(NormalisationOracle.none(flat), Normalization.NONE, batch, advantages);
    }

    private static void assertNormalised(
            double[] expected, Normalization normalization, OracleBatch batch, double[][] advantages) {
        List<String> names =
                Arrays.stream(batch.agents()).mapToObj(OracleBatch::name).toList();

        double[][] actual = normalization.of(advantages, names);

        assertArrayEquals(
                Arrays.stream(advantages).mapToInt(row -> row.length).toArray(),
                Arrays.stream(actual).mapToInt(row -> row.length).toArray());
        assertArrayEquals(expected, Credit.flat(actual), CLOSE, normalization + " of " + batch.agents().length);
    }

    /** About one in ten is exactly 0, as that of an agent without credit is. */
    private static double[][] advantages(OracleBatch batch, Level level, Random random) {
        return batch.decisions().stream()
                .map(decision -> IntStream.range(0, level == Level.ACTION ? 1 : decision.tokens())
                        .mapToDouble(t -> random.nextInt(10) == 0 ? 0 : random.nextGaussian())
                        .toArray())
                .toArray(double[][]::new);
    }

    @Test
    void shouldAgreeOnActionRatiosLossesAndSlopesInThreeModes() {
        onThousandEpisodes((batch, random, which) -> {
            for (ActionLogProbability mode : ActionLogProbability.values()) {
                PolicyOracle.Mode oracleMode = PolicyOracle.Mode.valueOf(mode.name());
                PolicyOracle oracle = oracle(random);
                double[][] advantages = advantages(batch, Level.ACTION, random);
                double[] flat = Credit.flat(advantages);

                PolicyObjective.Slope slope = evaluate(Level.ACTION, production(oracle, mode), batch, advantages);

                int units = batch.decisions().size();
                assertEquals(units, slope.diagnostics().units());
                assertEquals(
                        oracle.ofActions(batch.decisions(), flat, oracleMode),
                        slope.diagnostics().loss() / units,
                        CLOSE,
                        which);
                assertEquals(
                        PolicyOracle.approxKlOfActions(batch.decisions(), oracleMode),
                        slope.diagnostics().meanApproxKl(),
                        CLOSE,
                        which);
                assertEquals(
                        batch.decisions().stream()
                                .filter(one -> Math.abs(PolicyOracle.ratio(one, oracleMode) - 1) > oracle.clip())
                                .count(),
                        slope.diagnostics().clipped(),
                        which);
                assertSlopes(
                        batch,
                        slope,
                        units,
                        which,
                        (k, one) -> oracle.ofActions(List.of(one), new double[] {flat[k]}, oracleMode));
            }
        });
    }

    @Test
    void shouldAgreeOnTokenRatiosLossesAndSlopes() {
        onThousandEpisodes((batch, random, which) -> {
            PolicyOracle oracle = oracle(random);
            double[][] advantages = advantages(batch, Level.TOKEN, random);

            PolicyObjective.Slope slope =
                    evaluate(Level.TOKEN, production(oracle, ActionLogProbability.SUM), batch, advantages);

            int units =
                    batch.decisions().stream().mapToInt(OracleDecision::tokens).sum();
            assertEquals(units, slope.diagnostics().units());
            assertEquals(
                    oracle.ofTokens(batch.decisions(), advantages),
                    slope.diagnostics().loss() / units,
                    CLOSE,
                    which);
            assertEquals(
                    PolicyOracle.approxKlOfTokens(batch.decisions()),
                    slope.diagnostics().meanApproxKl(),
                    CLOSE,
                    which);
            // The oracle's mean over one action's tokens is their sum divided by their number.
            assertSlopes(
                    batch,
                    slope,
                    units,
                    which,
                    (k, one) -> one.tokens() * oracle.ofTokens(List.of(one), new double[][] {advantages[k]}));
        });
    }

    private static PolicyOracle oracle(Random random) {
        return new PolicyOracle(
                0.05 + 0.3 * random.nextDouble(),
                0.1 * random.nextDouble(),
                0.2 * random.nextDouble(),
                1 + 2 * random.nextDouble());
    }

    private static PolicyObjective production(PolicyOracle oracle, ActionLogProbability mode) {
        return new PolicyObjective(
                mode, oracle.clip(), oracle.entropyCoefficient(), oracle.klCoefficient(), oracle.cap());
    }

    private static PolicyObjective.Slope evaluate(
            Level level, PolicyObjective objective, OracleBatch batch, double[][] advantages) {
        var terms = batch.terms(advantages);
        return objective.evaluate(
                level, terms, batch.current(), batch.entropies(), PolicyObjective.units(level, terms));
    }

    /** The sum of the losses of a decision's units. */
    private interface Loss {
        double of(int k, OracleDecision decision);
    }

    private static void assertSlopes(
            OracleBatch batch, PolicyObjective.Slope slope, int units, String which, Loss loss) {
        for (int k = 0; k < batch.decisions().size(); k++) {
            OracleDecision decision = batch.decisions().get(k);
            int place = k;
            ToDoubleFunction<double[]> ofLogProbs =
                    moved -> loss.of(place, with(decision, moved, decision.entropies())) / units;
            ToDoubleFunction<double[]> ofEntropies =
                    moved -> loss.of(place, with(decision, decision.current(), moved)) / units;
            assertArrayEquals(
                    Slopes.of(ofLogProbs, decision.current(), STEP), doubles(slope.byLogProb()[k]), SLOPE, which);
            assertArrayEquals(
                    Slopes.of(ofEntropies, decision.entropies(), STEP), doubles(slope.byEntropy()[k]), SLOPE, which);
        }
    }

    private static OracleDecision with(OracleDecision decision, double[] current, double[] entropies) {
        return new OracleDecision(
                decision.step(),
                decision.agent(),
                decision.reward(),
                decision.words(),
                decision.value(),
                decision.newValue(),
                decision.tokenValues(),
                decision.newTokenValues(),
                decision.behaviour(),
                decision.proximal(),
                current,
                decision.base(),
                entropies);
    }

    private static double[] doubles(float[] floats) {
        return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    }

    @Test
    void shouldAgreeOnTheCriticsLossAndSlopeAtBothLevels() {
        onThousandEpisodes((batch, random, which) -> {
            // So that errors lie on both of Huber's branches, on both sides.
            ValueOracle oracle = new ValueOracle(
                    0.5 + random.nextDouble(), 0.05 + random.nextDouble(), 0.3 + 2 * random.nextDouble());
            double[] values = flat(batch, one -> new double[] {one.newValue()});
            double[] old = flat(batch, one -> new double[] {one.value()});
            assertValueLoss(oracle, values, old, random, which);
            assertValueLoss(
                    oracle,
                    flat(batch, OracleDecision::newTokenValues),
                    flat(batch, OracleDecision::tokenValues),
                    random,
                    which);
        });
    }

    private interface Values {
        double[] of(OracleDecision decision);
    }

    private static double[] flat(OracleBatch batch, Values values) {
        return batch.decisions().stream()
                .flatMapToDouble(decision -> Arrays.stream(values.of(decision)))
                .toArray();
    }

    private static void assertValueLoss(
            ValueOracle oracle, double[] values, double[] old, Random random, String which) {
        double[] returns = Arrays.stream(old)
                .map(value -> value + 2 * random.nextGaussian())
                .toArray();

        ValueObjective.Slope slope =
                new ValueObjective(oracle.coefficient(), oracle.clip(), oracle.huber()).evaluate(values, old, returns);

        assertEquals(oracle.of(values, old, returns), slope.loss(), CLOSE, which);
        assertArrayEquals(
                Slopes.of(moved -> oracle.of(moved, old, returns), values, STEP), slope.byValue(), SLOPE, which);
    }

    @Test
    void shouldAgreeOnTheSequentialCorrectionAtBothLevels() {
        onThousandEpisodes((batch, random, which) -> {
            for (ActionLogProbability mode : ActionLogProbability.values()) {
                assertCorrected(batch, Level.ACTION, mode, random, which);
            }
            assertCorrected(batch, Level.TOKEN, ActionLogProbability.SUM, random, which);
        });
    }

    private static void assertCorrected(
            OracleBatch batch, Level level, ActionLogProbability mode, Random random, String which) {
        PolicyOracle oracle = oracle(random);
        PolicyObjective objective = production(oracle, mode);
        Rollout rollout = batch.rollout();
        List<Integer> order = new ArrayList<>(
                IntStream.range(0, batch.episodes().get(0).agents()).boxed().toList());
        Collections.shuffle(order, random);
        SequentialCorrection correction = new SequentialCorrection(rollout);
        double[][] advantages = advantages(batch, level, random);
        for (int agent : order) {
            int[] own = rollout.of(OracleBatch.name(agent));
            double[][] expected = Arrays.stream(own)
                    .mapToObj(k -> {
                        double factor = oracle.factor(
                                batch.episodes().get(rollout.episodeOf(k)),
                                batch.decisions().get(k),
                                order,
                                PolicyOracle.Mode.valueOf(mode.name()));
                        return Arrays.stream(advantages[k]).map(a -> factor * a).toArray();
                    })
                    .toArray(double[][]::new);

            assertClose(expected, correction.correct(Minibatches.pick(advantages, own), own), CLOSE, which);

            correction.include(
                    Arrays.stream(own)
                            .mapToObj(k -> batch.decisions().get(k))
                            .mapToDouble(one -> objective.clippedRatio(
                                    level, OracleBatch.term(one), OracleBatch.floats(one.current())))
                            .toArray(),
                    own);
        }
    }
}
