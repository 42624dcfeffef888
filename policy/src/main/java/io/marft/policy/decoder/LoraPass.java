package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.marft.policy.adapter.Adapter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

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
    /** For each batch its log-probabilities and entropies, with their graph; empty when used up. */
    private List<NDList> outputs;

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
            List<Supplier<NDList>> tasks = new ArrayList<>();
            batches.forEach(batch -> tasks.add(() -> forward(batch, temperature)));
            this.outputs = module.parallel(tasks);
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
    private NDList forward(Batch batch, float temperature) {
        NDList inputs = Decoder.inputs(memory, batch);
        inputs.add(memory.create(new float[] {temperature}));
        inputs.addAll(leaves);
        NDList result = module.run("forward", true, inputs);
        float[] chosen = result.get(0).toFloatArray();
        float[] entropy = result.get(1).toFloatArray();
        for (int b = 0; b < batch.sequences().size(); b++) {
            logProbs[batch.sequences().get(b)] = batch.slice(chosen, b);
            entropies[batch.sequences().get(b)] = batch.slice(entropy, b);
        }
        return result;
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
        List<Supplier<List<float[]>>> tasks = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            Batch batch = batches.get(i);
            NDList output = outputs.get(i);
            float[] first = gather(batch, byLogProb);
            float[] second = gather(batch, byEntropy);
            tasks.add(() -> backward(output, first, second));
        }
        List<List<float[]>> found = module.parallel(tasks);
        outputs = List.of();
        List<float[]> sum = found.get(0);
        found.subList(1, found.size()).forEach(gradients -> add(sum, gradients));
        return lora.unfuse(adapter, sum);
    }

    private List<float[]> backward(NDList output, float[] byLogProb, float[] byEntropy) {
        try (NDManager call = module.open()) {
            NDList inputs = new NDList(
                    Native.named(call.create(byLogProb), "weights[]"),
                    Native.named(call.create(byEntropy), "weights[]"));
            output.forEach(array -> inputs.add(Native.named(array, "outputs[]")));
            inputs.addAll(leaves);
            return module.run("gradient", true, inputs).stream()
                    .map(NDArray::toFloatArray)
                    .toList();
        }
    }

    private static void add(List<float[]> sum, List<float[]> more) {
        for (int i = 0; i < sum.size(); i++) {
            float[] to = sum.get(i);
            float[] from = more.get(i);
            for (int j = 0; j < to.length; j++) {
                to[j] += from[j];
            }
        }
    }

    private float[] gather(Batch batch, float[][] values) {
        float[] flat = new float[batch.targets().length];
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
