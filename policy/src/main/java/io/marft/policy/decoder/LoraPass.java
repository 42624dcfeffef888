package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.marft.policy.adapter.Adapter;
import java.util.ArrayList;
import java.util.List;

/**
 * A scored set of sequences with its graph to the adapter: the owner of that graph's native memory.
 *
 * <p>To be used by one thread at a time; other passes may run meanwhile.
 */
public final class LoraPass implements AutoCloseable {

    private final Native module;
    private final FusedLora lora;
    private final Adapter adapter;
    private final List<Batch> batches;
    private final NDManager memory;
    private final NDList leaves;
    /** For each batch its log-probabilities and entropies, with their graph. */
    private final NDList outputs = new NDList();

    private final float[][] logProbs;
    private final float[][] entropies;

    LoraPass(Native module, FusedLora lora, Adapter adapter, List<Batch> batches, float temperature) {
        this.module = module;
        this.lora = lora;
        this.adapter = adapter;
        this.batches = batches;
        int sequences =
                batches.stream().mapToInt(batch -> batch.sequences().size()).sum();
        this.logProbs = new float[sequences][];
        this.entropies = new float[sequences][];
        this.memory = module.open();
        try {
            this.leaves = leaves();
            for (Batch batch : batches) {
                forward(batch, temperature);
            }
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private NDList leaves() {
        try (NDManager call = module.open()) {
            NDList inputs = new NDList();
            Native.addList(call, inputs, lora.fuse(adapter), "tensors[]");
            NDList made = module.run("leaves", true, inputs);
            made.attach(memory);
            made.forEach(leaf -> Native.named(leaf, "lora[]"));
            return made;
        }
    }

    /** The graph keeps pointers into the inputs, whose memory is Java's: they live as long as the pass. */
    private void forward(Batch batch, float temperature) {
        NDList inputs = Decoder.inputs(memory, batch);
        inputs.add(memory.create(new float[] {temperature}));
        inputs.addAll(leaves);
        NDList result = module.run("forward", true, inputs);
        result.attach(memory);
        outputs.addAll(result);
        float[] chosen = result.get(0).toFloatArray();
        float[] entropy = result.get(1).toFloatArray();
        for (int b = 0; b < batch.sequences().size(); b++) {
            logProbs[batch.sequences().get(b)] = batch.slice(chosen, b);
            entropies[batch.sequences().get(b)] = batch.slice(entropy, b);
        }
    }

    /** For each sequence the log-probability of each action token. */
    public float[][] logProbs() {
        return logProbs;
    }

    /** For each sequence the entropy of the distribution of each action token, in nats. */
    public float[][] entropies() {
        return entropies;
    }

    /**
     * The gradient of a loss with respect to the adapter, by the chain rule from the loss's derivatives. The graph is used
     * up: call it once.
     *
     * @param byLogProb for each sequence the derivative of the loss by each of {@link #logProbs}
     * @param byEntropy for each sequence the derivative of the loss by each of {@link #entropies}
     * @return the gradient, shaped like the adapter
     */
    public Adapter gradient(float[][] byLogProb, float[][] byEntropy) {
        if (outputs.isEmpty()) {
            throw new IllegalStateException(
                    "The pass holds no graph: it had no sequences, or gradient was called before");
        }
        try (NDManager call = module.open()) {
            NDList inputs = new NDList();
            NDList weights = new NDList();
            for (Batch batch : batches) {
                weights.add(Native.named(call.create(gather(batch, byLogProb)), "weights[]"));
                weights.add(Native.named(call.create(gather(batch, byEntropy)), "weights[]"));
            }
            inputs.addAll(weights);
            outputs.forEach(output -> inputs.add(Native.named(output, "outputs[]")));
            inputs.addAll(leaves);
            NDList found = module.run("gradient", true, inputs);
            outputs.clear();
            List<float[]> gradients = new ArrayList<>();
            for (NDArray gradient : found) {
                gradients.add(gradient.toFloatArray());
            }
            return lora.unfuse(adapter, gradients);
        }
    }

    private float[] gather(Batch batch, float[][] values) {
        float[] flat = new float[batch.rows().length];
        for (int b = 0; b < batch.sequences().size(); b++) {
            float[] source = values[batch.sequences().get(b)];
            int expected = logProbs[batch.sequences().get(b)].length;
            if (source.length != expected) {
                throw new IllegalArgumentException(
                        "Sequence " + batch.sequences().get(b) + " has " + expected + " action tokens, got "
                                + source.length + " derivatives");
            }
            System.arraycopy(source, 0, flat, (int) batch.starts()[b], expected);
        }
        return flat;
    }

    @Override
    public void close() {
        memory.close();
    }
}
