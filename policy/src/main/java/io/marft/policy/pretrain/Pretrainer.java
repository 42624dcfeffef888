package io.marft.policy.pretrain;

import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.decoder.FullTraining;
import io.marft.policy.train.Sequence;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Trains a base model from scratch, on demonstrations.
 *
 * <p>Deterministic: the same model, schedule, seed and batches give the same bytes on one class of CPU.
 */
public final class Pretrainer {

    private final ModelConfig config;
    private final RateSchedule schedule;
    private final long seed;
    private final int threads;

    /**
     * Sets a pretraining up.
     *
     * @param seed of the weights before the first step
     * @param threads how many micro-batches of a step may run at once; no influence on the result
     */
    public Pretrainer(ModelConfig config, RateSchedule schedule, long seed, int threads) {
        this.config = config;
        this.schedule = schedule;
        this.seed = seed;
        this.threads = threads;
    }

    /** Is told of each step. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Is called after a step.
         *
         * @param step counted from 0
         * @param loss mean cross-entropy of the step's action tokens before the step, in nats
         */
        void stepped(int step, float loss);
    }

    /**
     * Trains and writes {@code config.json} and {@code model.safetensors}.
     *
     * @param batches the demonstrations of each step, counted from 0; a pure function if the model is to be repeatable.
     *     The loss is on the actions only
     * @param directory made if missing; files of these names are replaced
     */
    public void run(IntFunction<List<Sequence>> batches, Path directory, Listener listener) {
        try (FullTraining training = new FullTraining(config, initialWeights(), threads)) {
            for (int step = 0; step < schedule.steps(); step++) {
                float loss = training.step(
                        batches.apply(step),
                        schedule.rate(step),
                        schedule.matrixRate(step),
                        schedule.weightDecay(),
                        schedule.maxGradientNorm());
                if (!Float.isFinite(loss)) {
                    throw new IllegalStateException(
                            "Loss must stay finite, got " + loss + " at step " + step + ": lower the learning rate");
                }
                listener.stepped(step, loss);
            }
            Checkpoint.write(directory, config, training.weights());
        }
    }

    /**
     * The weights before the first step: norms 1, biases 0, embeddings of deviation 0.05, matrices of deviation 0.6/√inputs.
     * Matrices that write to the residual stream are smaller by √(2 layers), so that its variance does not grow with depth.
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
