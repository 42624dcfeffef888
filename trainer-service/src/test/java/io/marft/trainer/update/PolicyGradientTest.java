package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.trainer.objective.ActionLogProbability;
import io.marft.trainer.objective.ActionTerm;
import io.marft.trainer.objective.Level;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.state.AgentState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The gradient of the whole loss (clipped surrogate with stale data, entropy, divergence from the base) by every LoRA
 * weight, through a tiny model and all of production's path: against differences of the loss, at both levels.
 *
 * <p>The model computes in float32, so a difference has noise that grows as the step shrinks, and an error that grows
 * with the step's square; Richardson's extrapolation over two steps takes the latter away. No ratio is near the
 * clip's edges, where the loss has no derivative.
 */
final class PolicyGradientTest {

    private static final float TEMPERATURE = 0.8f;
    private static final int SEQUENCES = 10;
    private static final int DIRECTIONS = 12;
    /** Relative; what is met is some 1e-4 along random directions and 6e-4 of single weights. */
    private static final double PRECISION = 1e-3;

    private static final LoraConfig LORA = new LoraConfig(2, 4, List.of("q_proj", "v_proj", "down_proj"));

    @TempDir
    static Path directory;

    private static LanguageModel model;
    private static ExecutorService workers;
    private static ModelPasses passes;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(2, 16, 2, 1, 24, 64, true), 1), 1);
        workers = Executors.newFixedThreadPool(2);
        passes = new ModelPasses(model, workers, 3);
    }

    @AfterAll
    static void close() {
        workers.shutdown();
        model.close();
    }

    /** A minibatch and the weights where its loss is taken. */
    private record Problem(
            Level level, PolicyObjective objective, Adapter adapter, List<Sequence> sequences, List<ActionTerm> terms) {

        static Problem random(Level level, ActionLogProbability mode, long seed) {
            Random random = new Random(seed);
            Adapter initial = Adapter.initial(LORA, model.config(), seed);
            float[] weights = AgentState.flat(initial);
            for (int i = 0; i < weights.length; i++) {
                weights[i] += (float) (0.2 * random.nextGaussian());
            }
            Adapter adapter = shaped(initial, weights);
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                sequences.add(
                        new Sequence(tokens(3 + random.nextInt(6), random), tokens(1 + random.nextInt(6), random)));
            }
            List<Score> now = passes.score(sequences, adapter, TEMPERATURE, Score.States.FIRST);
            List<Score> base = passes.score(sequences, Adapter.none(), TEMPERATURE, Score.States.FIRST);
            List<ActionTerm> terms = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                terms.add(term(level, mode, now.get(i).logProbs(), base.get(i).logProbs(), random));
            }
            PolicyObjective objective = new PolicyObjective(mode, 0.2, 0.05, 0.1, 1.5);
            return new Problem(level, objective, adapter, sequences, terms);
        }

        /** log ρ of every unit is 0, ±0.02 or ±0.5, and so is that of proximal to behaviour. */
        private static ActionTerm term(
                Level level, ActionLogProbability mode, float[] now, float[] base, Random random) {
            int tokens = now.length;
            int words = 1 + random.nextInt(3);
            double share = move(random) / tokens / mode.scale(tokens, words);
            float[] proximal = now.clone();
            float[] behaviour = now.clone();
            for (int t = 0; t < tokens; t++) {
                proximal[t] -= (float) (level == Level.ACTION ? share : move(random));
                behaviour[t] = (float) (proximal[t] - move(random));
            }
            double[] advantages =
                    random.doubles(level == Level.ACTION ? 1 : tokens, -2, 2).toArray();
            return new ActionTerm(advantages, proximal, behaviour, base, words);
        }

        private static double move(Random random) {
            return List.of(0.0, 0.02, -0.02, 0.5, -0.5).get(random.nextInt(5));
        }

        private static int[] tokens(int count, Random random) {
            return random.ints(count, 0, model.config().vocabSize()).toArray();
        }

        float[] weights() {
            return AgentState.flat(adapter);
        }

        ModelPasses.Gradient gradient() {
            return passes.gradient(sequences, terms, adapter, TEMPERATURE, objective, level);
        }

        double loss(double[] direction, double step) {
            float[] moved = weights();
            for (int i = 0; i < moved.length; i++) {
                moved[i] = (float) (moved[i] + step * direction[i]);
            }
            List<Score> scores = passes.score(sequences, shaped(adapter, moved), TEMPERATURE, Score.States.FIRST);
            float[][] logProbs = scores.stream().map(Score::logProbs).toArray(float[][]::new);
            float[][] entropies = scores.stream().map(Score::entropies).toArray(float[][]::new);
            int units = PolicyObjective.units(level, terms);
            return objective
                            .evaluate(level, terms, logProbs, entropies, units)
                            .diagnostics()
                            .loss()
                    / units;
        }

        private double difference(double[] direction, double step) {
            return (loss(direction, step) - loss(direction, -step)) / (2 * step);
        }

        /** The derivative along a direction, to within the fourth power of the step. */
        double slope(double[] direction, double step) {
            return (4 * difference(direction, step) - difference(direction, 2 * step)) / 3;
        }
    }

    private static Adapter shaped(Adapter like, float[] flat) {
        return like.withValues(pieces(like, flat));
    }

    private static List<float[]> pieces(Adapter like, float[] flat) {
        List<float[]> pieces = new ArrayList<>();
        int at = 0;
        for (var tensor : like.tensors().values()) {
            pieces.add(Arrays.copyOfRange(flat, at, at + tensor.values().length));
            at += tensor.values().length;
        }
        return pieces;
    }

    private static double[] gaussian(int count, Random random) {
        double[] direction = new double[count];
        Arrays.setAll(direction, i -> random.nextGaussian());
        return direction;
    }

    /** A direction's slope is of the size of the gradient's norm, which is what its error is compared with. */
    @ParameterizedTest
    @CsvSource({"ACTION, SUM", "ACTION, TOKEN", "ACTION, WORD", "TOKEN, SUM"})
    void shouldHaveTheSlopeAlongRandomDirectionsThatDifferencesGive(Level level, ActionLogProbability mode) {
        Problem problem = Problem.random(level, mode, 3);
        ModelPasses.Gradient found = problem.gradient();
        float[] gradient = found.gradient();
        int units = found.diagnostics().units();
        assertTrue(found.diagnostics().clipped() > 0 && found.diagnostics().clipped() < units, "both branches");
        Random random = new Random(17);

        for (int i = 0; i < DIRECTIONS; i++) {
            double[] direction = gaussian(gradient.length, random);
            double slope = 0;
            for (int w = 0; w < gradient.length; w++) {
                slope += gradient[w] * direction[w];
            }
            assertEquals(slope, problem.slope(direction, 1e-3), PRECISION * AdamW.norm(gradient), "direction " + i);
        }
    }

    /** In each twelfth of all weights that with the steepest slope; and all of them along the gradient. */
    @ParameterizedTest
    @CsvSource({"ACTION, SUM", "ACTION, TOKEN", "ACTION, WORD", "TOKEN, SUM"})
    void shouldHaveTheSlopeOfSingleWeightsThatDifferencesGive(Level level, ActionLogProbability mode) {
        Problem problem = Problem.random(level, mode, 3);
        float[] gradient = problem.gradient().gradient();
        double norm = AdamW.norm(gradient);

        for (int part = 0; part < DIRECTIONS; part++) {
            int steepest = IntStream.range(
                            part * gradient.length / DIRECTIONS, (part + 1) * gradient.length / DIRECTIONS)
                    .boxed()
                    .max(Comparator.comparingDouble(w -> Math.abs(gradient[w])))
                    .orElseThrow();
            double[] direction = new double[gradient.length];
            direction[steepest] = 1;
            assertEquals(1, problem.slope(direction, 6e-3) / gradient[steepest], PRECISION, "weight " + steepest);
        }
        double[] along = new double[gradient.length];
        Arrays.setAll(along, w -> gradient[w] / norm);
        assertEquals(1, problem.slope(along, 1e-3) / norm, PRECISION, "along the gradient");
    }
}
