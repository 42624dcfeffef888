package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.train.TrainingPass;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A training pass in this process. It keeps the graph to the adapter or, where that is too large, each layer's input, from
 * which {@link #gradient} computes the graph again, one layer at a time. Owns that native memory.
 *
 * <p>To be used by one thread at a time; other passes may run meanwhile.
 */
public final class LoraPass implements TrainingPass {

    private final Native module;
    private final FusedLora lora;
    private final Adapter adapter;
    private final float temperature;
    private final Kept kept;
    private final NDManager memory;
    private final NDList leaves;
    /** The batches after their forward passes; empty once the gradient was taken. */
    private List<Forward> forwards;

    private final float[][] logProbs;
    private final float[][] entropies;

    /** What a pass keeps for its gradient; all else is computed again. */
    public enum Kept {
        /** It keeps each layer's input. */
        INPUTS,
        /** It keeps the graph up to the last layer's states. */
        GRAPH,
        /** It keeps the graph and the logits. */
        GRAPH_AND_LOGITS
    }

    /**
     * A batch after its forward pass.
     *
     * @param inputs the inputs to the pass: the graph points into them, and their memory is Java's
     * @param saved what the module's {@code forward} returned for its gradient
     */
    private record Forward(Batch batch, NDList inputs, NDList saved) {}

    LoraPass(Native module, FusedLora lora, Adapter adapter, List<Batch> batches, float temperature, Kept kept) {
        this.module = module;
        this.lora = lora;
        this.adapter = adapter;
        this.temperature = temperature;
        this.kept = kept;
        int sequences =
                batches.stream().mapToInt(batch -> batch.sequences().size()).sum();
        this.logProbs = new float[sequences][];
        this.entropies = new float[sequences][];
        this.memory = module.open();
        try {
            this.leaves = leaves();
            List<Supplier<Forward>> tasks = new ArrayList<>();
            batches.forEach(batch -> tasks.add(() -> forward(batch)));
            this.forwards = module.parallel(tasks);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private NDList leaves() {
        try (NDManager call = module.open()) {
            NDList made =
                    module.run("leaves", Native.Mode.GRADIENT, Native.list(call, lora.fuse(adapter), "tensors[]"));
            made.attach(memory);
            made.forEach(leaf -> Native.named(leaf, "lora[]"));
            return made;
        }
    }

    private Forward forward(Batch batch) {
        NDList inputs = Decoder.inputs(memory, batch);
        inputs.add(memory.create(new float[] {temperature}));
        boolean keepsGraph = kept != Kept.INPUTS;
        inputs.add(memory.create(new boolean[] {keepsGraph, kept == Kept.GRAPH_AND_LOGITS}));
        NDList all = new NDList(inputs);
        all.addAll(leaves);
        NDList result = module.run("forward", keepsGraph ? Native.Mode.GRADIENT : Native.Mode.NO_GRADIENT, all);
        float[] chosen = result.get(0).toFloatArray();
        float[] entropy = result.get(1).toFloatArray();
        for (int b = 0; b < batch.sequences().size(); b++) {
            logProbs[batch.sequences().get(b)] = batch.slice(chosen, b);
            entropies[batch.sequences().get(b)] = batch.slice(entropy, b);
        }
        NDList saved = result.subNDList(2);
        saved.forEach(array -> Native.named(array, "saved[]"));
        return new Forward(batch, inputs, saved);
    }

    @Override
    public float[][] logProbs() {
        return logProbs;
    }

    @Override
    public float[][] entropies() {
        return entropies;
    }

    /** What is kept for the gradient. */
    public Kept kept() {
        return kept;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if it was called before, or there were no sequences
     * @throws IllegalArgumentException if a sequence has another number of action tokens than derivatives
     */
    @Override
    public Adapter gradient(float[][] byLogProb, float[][] byEntropy) {
        if (forwards.isEmpty()) {
            throw new IllegalStateException(
                    "The pass holds no graph: it had no sequences, or gradient was called before");
        }
        List<Supplier<List<float[]>>> tasks = new ArrayList<>();
        for (Forward forward : forwards) {
            float[] first = gather(forward.batch(), byLogProb);
            float[] second = gather(forward.batch(), byEntropy);
            tasks.add(() -> backward(forward, first, second));
        }
        List<List<float[]>> found = module.parallel(tasks);
        forwards = List.of();
        List<float[]> sum = found.get(0);
        found.subList(1, found.size()).forEach(gradients -> add(sum, gradients));
        return lora.unfuse(adapter, sum);
    }

    private List<float[]> backward(Forward forward, float[] byLogProb, float[] byEntropy) {
        try (NDManager call = module.open()) {
            NDList inputs = new NDList(call.create(byLogProb), call.create(byEntropy));
            inputs.addAll(forward.inputs());
            inputs.addAll(forward.saved());
            inputs.addAll(leaves);
            List<float[]> gradients = module.run("gradient", Native.Mode.GRADIENT, inputs).stream()
                    .map(NDArray::toFloatArray)
                    .toList();
            forward.saved().close();
            return gradients;
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

    /** The values of a batch's sequences, one after the other. */
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
