package io.marft.policy.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.train.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Trains all weights of a decoder: the layers' matrices by Muon (momentum 0.95), all others by AdamW (beta 0.9 and 0.98).
 * Weights and moments stay in native memory, which this object owns. To be used by one thread at a time.
 */
public final class FullTraining implements AutoCloseable {

    private final ModelConfig config;
    private final Native module;

    /**
     * Starts from given weights.
     *
     * @param weights every tensor of {@link Checkpoint#layout}
     * @param threads how many micro-batches of a step may run at once; no influence on results
     */
    public FullTraining(ModelConfig config, Map<String, Tensor> weights, int threads) {
        this.config = config;
        this.module = new Native(config, Device.cpu(), threads);
        try (NDManager call = module.open()) {
            NDList inputs = Native.list(
                    call,
                    Checkpoint.layout(config).keySet().stream()
                            .map(weights::get)
                            .toList(),
                    "weights[]");
            inputs.add(call.create(rates(config)));
            inputs.add(Native.size(call, config.maxPositions()));
            module.run("load", Native.Mode.NO_GRADIENT, inputs);
        }
    }

    /** Inverse frequencies in double throughout: a model's digest depends on each bit. */
    private static double[] rates(ModelConfig config) {
        double[] rates = new double[config.headSize() / 2];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = 1 / Math.pow(config.rotary().theta(), (double) i / rates.length);
        }
        return rates;
    }

    /**
     * Takes one step on the mean cross-entropy of all action tokens.
     *
     * @param demonstrations prompts, and the actions to be learned
     * @param rate learning rate of AdamW
     * @param matrixRate learning rate of Muon
     * @param decay weight decay of the matrices
     * @param limit largest norm of AdamW's gradient; a longer one is scaled down to it
     * @return the loss before the step, in nats for each action token
     */
    public float step(List<Sequence> demonstrations, float rate, float matrixRate, float decay, float limit) {
        float scale =
                demonstrations.stream().mapToInt(shown -> shown.action().length).sum();
        try (NDManager call = module.open()) {
            NDList gradients = new NDList(call.create(new float[] {rate, matrixRate, decay, limit}));
            List<Supplier<NDList>> tasks = new ArrayList<>();
            for (Batch batch : Batch.cut(demonstrations, module.microBatch())) {
                tasks.add(() -> slope(call, batch, scale));
            }
            module.parallel(tasks).forEach(gradients::addAll);
            return module.run("step", Native.Mode.INFERENCE, gradients).get(0).toFloatArray()[0];
        }
    }

    /** The gradient of a batch's part of the loss, which {@code call} will own. */
    private NDList slope(NDManager call, Batch batch, float scale) {
        NDList inputs = Decoder.inputs(call, batch);
        inputs.add(call.create(new float[] {scale}));
        NDList gradients = module.run("slope", Native.Mode.GRADIENT, inputs);
        gradients.forEach(gradient -> Native.named(gradient, "gradients[]"));
        return gradients;
    }

    /** A copy of the weights, every tensor of {@link Checkpoint#layout}. */
    public Map<String, Tensor> weights() {
        try (NDManager call = module.open()) {
            NDList found = module.run("weights", Native.Mode.GRADIENT, new NDList(call.create(0f)));
            Map<String, Tensor> weights = new LinkedHashMap<>();
            int i = 0;
            for (Map.Entry<String, List<Integer>> entry :
                    Checkpoint.layout(config).entrySet()) {
                weights.put(
                        entry.getKey(),
                        new Tensor(entry.getValue(), found.get(i++).toFloatArray()));
            }
            return weights;
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
