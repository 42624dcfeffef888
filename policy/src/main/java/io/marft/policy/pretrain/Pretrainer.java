package io.marft.policy.pretrain;

import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.decoder.FullTraining;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Makes a base model from scratch, out of demonstrations.
 *
 * <p>Deterministic: the same model, schedule, seed and batches give the same bytes on one class of CPU.
 */
public final class Pretrainer {

    private final ModelConfig config;
    private final RateSchedule schedule;
    private final long seed;
    private final int threads;

    /**
     * @param seed of the first weights
     * @param threads how many micro-batches of a step may run at once; no influence on the result
     */
    public Pretrainer(ModelConfig config, RateSchedule schedule, long seed, int threads) {
        this.config = config;
        this.schedule = schedule;
        this.seed = seed;
        this.threads = threads;
    }

    /** Hears of each step. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Hears of one step.
         *
         * @param step counted from 0
         * @param loss mean cross-entropy of the step's target tokens before the step, in nats
         */
        void stepped(int step, float loss);
    }

    /**
     * Trains and writes {@code config.json} and {@code model.safetensors}.
     *
     * @param batches the examples of each step, counted from 0; a pure function if the model is to be repeatable
     * @param directory made if missing; files of these names are replaced
     */
    public void run(IntFunction<List<Example>> batches, Path directory, Progress progress) {
        try (FullTraining training = new FullTraining(config, initialWeights(), threads)) {
            for (int step = 0; step < schedule.steps(); step++) {
                List<Example> batch = batches.apply(step);
                float loss = training.step(
                        batch.stream().map(Example::prompt).toList(),
                        batch.stream().map(Example::target).toList(),
                        schedule.rate(step),
                        schedule.matrixRate(step),
                        schedule.weightDecay(),
                        schedule.maxGradientNorm());
                if (!Float.isFinite(loss)) {
                    throw new IllegalStateException(
                            "Loss must stay finite, got " + loss + " at step " + step + ": lower the learning rate");
                }
                progress.stepped(step, loss);
            }
            Checkpoint.write(directory, config, training.weights());
        }
    }

    /**
     * Norms 1, biases 0, embeddings of deviation 0.05, matrices of deviation 0.6/√inputs; those that write to the residual
     * stream are smaller by √(2 layers), so that its variance does not grow with depth.
     */
    private Map<String, Tensor> initialWeights() {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Checkpoint.layout(config).forEach((name, shape) -> {
            float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
            if (name.endsWith("norm.weight")) {
                Arrays.fill(values, 1);
            } else if (shape.size() == 2) {
                boolean residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
                boolean ends = name.endsWith("embed_tokens.weight") || name.endsWith("lm_head.weight");
                double deviation = ends ? 0.05 : 0.6 / Math.sqrt(shape.get(1));
                double scale = residual ? deviation / Math.sqrt(2.0 * config.layers()) : deviation;
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * scale);
                }
            }
            weights.put(name, new Tensor(shape, values));
        });
        return weights;
    }
}
