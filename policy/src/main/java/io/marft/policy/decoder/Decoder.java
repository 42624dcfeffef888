package io.marft.policy.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.vector.VectorModel;
import io.marft.policy.decoder.vector.VectorPasses;
import io.marft.policy.generate.Context;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.Lanes;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A decoder-only language model over token ids: it samples, scores, and scores with a gradient to LoRA.
 *
 * <p>The mathematics is in {@code decoder.py}; this class cuts batches and carries them into native memory and back. A small
 * model on a CPU samples in Java instead, see {@link VectorPasses}. Thread-safe. Owns native memory: close it.
 */
public final class Decoder implements AutoCloseable {

    private final ModelConfig config;
    private final Context context;
    private final ModelOptions options;
    private final int valueBytes;
    private final Native module;
    private final FusedLora lora;
    private final Lanes lanes;

    /**
     * Copies a model into native memory.
     *
     * @throws IllegalArgumentException if the device is not there
     */
    public Decoder(Checkpoint checkpoint, ModelOptions options) {
        this.config = checkpoint.config();
        this.context = Context.of(config);
        this.options = options;
        this.valueBytes = checkpoint.dtype().size();
        this.lora = new FusedLora(config);
        this.module = new Native(config, Devices.of(options.device()), options.threads());
        try {
            boolean generates = options.use().generates();
            boolean small = generates && !module.isGpu() && VectorModel.fits(checkpoint);
            FrozenWeights.load(
                    module, checkpoint, generates && !small, options.use().trains());
            this.lanes = small ? vectorLanes(checkpoint) : torchLanes(checkpoint);
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    private Lanes torchLanes(Checkpoint checkpoint) {
        return new Lanes(
                tokens -> new TorchPasses(module, lora, config, checkpoint.dtype(), tokens),
                module.isLarge() ? 1 : options.threads(),
                checkpoint,
                options.cacheBytes());
    }

    private Lanes vectorLanes(Checkpoint checkpoint) {
        VectorModel model = new VectorModel(checkpoint);
        long mostBytes = Runtime.getRuntime().maxMemory() / 4;
        return new Lanes(
                tokens -> new VectorPasses(model, lora, tokens),
                options.threads(),
                checkpoint,
                Math.min(options.cacheBytes(), mostBytes));
    }

    /**
     * Continues prompts. Those that are under way at the same time share one batch, which they join and leave between two
     * tokens; they influence each other by rounding only.
     *
     * @return in the order of the draws; one that cannot be begun fails with an {@link IllegalArgumentException}, such as
     *     {@link io.marft.policy.generate.PromptTooLongException}, and holds none of the others back. Futures complete on the
     *     thread that decodes: what depends on them should be quick, or run elsewhere
     * @throws IllegalArgumentException if the adapter does not fit the model
     */
    public List<CompletableFuture<Generation>> generate(List<Draw> draws, Adapter adapter) {
        if (!options.use().generates()) {
            throw new IllegalStateException(
                    "The model was loaded for " + options.use() + ": it generates if loaded for SERVING or BOTH");
        }
        adapter.checkFits(config);
        return lanes.submit(draws, adapter);
    }

    /** Where it runs, such as {@code cpu} or {@code cuda:0}. */
    public String device() {
        return module.device();
    }

    /**
     * Scores actions that follow prompts, without gradient.
     *
     * @param adapter {@link Adapter#none()} for the frozen base
     * @param temperature divides the logits; positive
     * @param states which hidden states are wanted
     * @return in the order of the sequences
     * @throws IllegalArgumentException if a sequence is empty, too long or not of the vocabulary, or the adapter does not fit
     */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature, Score.States states) {
        check(sequences, temperature);
        Score[] scores = new Score[sequences.size()];
        try (NDManager pass = module.open()) {
            NDList adapted = lora(pass, adapter);
            List<Supplier<Batch>> tasks = new ArrayList<>();
            for (Batch batch : Batch.cut(sequences, module.microBatch())) {
                tasks.add(() -> score(batch, adapted, temperature, states, scores));
            }
            module.parallel(tasks);
        }
        return List.of(scores);
    }

    private void check(List<Sequence> sequences, float temperature) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("Temperature must be positive to score, got: " + temperature);
        }
        sequences.forEach(sequence -> context.check(sequence.prompt(), sequence.action()));
    }

    private Batch score(Batch batch, NDList adapted, float temperature, Score.States states, Score[] scores) {
        try (NDManager call = module.open()) {
            NDList inputs = inputs(call, batch);
            boolean all = states == Score.States.ALL;
            inputs.add(call.create(
                    all ? LongStream.range(0, batch.targets().length).toArray() : batch.starts()));
            inputs.add(call.create(new float[] {temperature}));
            inputs.addAll(adapted);
            scatter(batch, all, module.run("score", Native.Mode.INFERENCE, inputs), scores);
            return batch;
        }
    }

    /** Puts a batch's results where its sequences are among the caller's. */
    private void scatter(Batch batch, boolean all, NDList result, Score[] scores) {
        float[] logProbs = result.get(0).toFloatArray();
        float[] entropies = result.get(1).toFloatArray();
        float[] hidden = result.get(2).toFloatArray();
        int width = config.hiddenSize();
        for (int b = 0; b < batch.sequences().size(); b++) {
            float[] own = batch.slice(logProbs, b);
            int first = all ? (int) batch.starts()[b] : b;
            float[][] states = new float[all ? own.length : 1][];
            for (int t = 0; t < states.length; t++) {
                states[t] = Arrays.copyOfRange(hidden, (first + t) * width, (first + t + 1) * width);
            }
            scores[batch.sequences().get(b)] = new Score(own, batch.slice(entropies, b), states);
        }
    }

    /**
     * Scores actions and keeps what a gradient to the adapter needs, until the pass is closed.
     *
     * @param adapter not {@link Adapter#none()}
     * @param temperature divides the logits; positive
     * @throws IllegalArgumentException if a sequence is empty, too long or not of the vocabulary, or the adapter does not fit
     */
    public LoraPass train(List<Sequence> sequences, Adapter adapter, float temperature) {
        check(sequences, temperature);
        if (adapter.isNone()) {
            throw new IllegalArgumentException("Training needs an adapter: start with Adapter.initial(…)");
        }
        if (!options.use().trains()) {
            throw new IllegalStateException(
                    "The model was loaded for " + options.use() + ": it trains if loaded for TRAINING or BOTH");
        }
        adapter.checkFits(config);
        List<Batch> batches = Batch.cut(sequences, module.microBatch());
        return new LoraPass(module, lora, adapter, batches, temperature, kept(batches));
    }

    /** Perceptrons that compute where this model does, until it is closed. */
    public Perceptrons perceptrons() {
        return new Perceptrons(module);
    }

    /** What a pass over these batches keeps: the most that its memory has room for. */
    private LoraPass.Kept kept(List<Batch> batches) {
        long room = options.activationBytes() - graphBytes(batches);
        long logits =
                batches.stream().mapToLong(batch -> batch.targets().length).sum();
        if (room < 0) {
            return LoraPass.Kept.INPUTS;
        }
        return room < logits * config.vocabSize() * Float.BYTES ? LoraPass.Kept.GRAPH : LoraPass.Kept.GRAPH_AND_LOGITS;
    }

    /** About how many bytes the graph of a pass takes: what autograd keeps of its operations, for each layer and token. */
    private long graphBytes(List<Batch> batches) {
        long heads = (long) config.heads() * config.headSize();
        long pairs = 2L * config.kvHeads() * config.headSize();
        long values = 6L * config.hiddenSize() + 5 * heads + 3 * pairs + 4L * config.intermediateSize();
        return batches.stream()
                        .mapToLong(batch -> batch.ids().length * (values + attentionWeights(batch.length())))
                        .sum()
                * config.layers()
                * valueBytes;
    }

    /** How many values are kept of a token's attention weights, see {@code attend} in {@code decoder.py}. */
    private long attentionWeights(int length) {
        return length <= 128 ? (long) config.heads() * length : 0;
    }

    /** The logits at every position of each sequence, [length][vocabulary]: for checks by value. */
    List<float[][]> logits(List<int[]> sequences, Adapter adapter) {
        List<float[][]> all = new ArrayList<>();
        int longest = sequences.stream().mapToInt(s -> s.length).max().orElseThrow();
        long[] ids = new long[sequences.size() * longest];
        for (int b = 0; b < sequences.size(); b++) {
            for (int i = 0; i < sequences.get(b).length; i++) {
                ids[b * longest + i] = sequences.get(b)[i];
            }
        }
        try (NDManager call = module.open()) {
            NDList inputs = new NDList(
                    call.create(ids, new Shape(sequences.size(), longest)),
                    call.create(IntStream.range(0, ids.length).asLongStream().toArray()));
            inputs.addAll(lora(call, adapter));
            float[] flat = module.run("logits", Native.Mode.INFERENCE, inputs)
                    .singletonOrThrow()
                    .toFloatArray();
            int size = config.vocabSize();
            for (int b = 0; b < sequences.size(); b++) {
                float[][] own = new float[sequences.get(b).length][];
                for (int i = 0; i < own.length; i++) {
                    int at = Math.multiplyExact(b * longest + i, size);
                    own[i] = Arrays.copyOfRange(flat, at, at + size);
                }
                all.add(own);
            }
        }
        return all;
    }

    @Override
    public void close() {
        lanes.close();
        module.close();
    }

    /** A batch's token ids, rows and targets, as inputs to the module's methods. */
    static NDList inputs(NDManager call, Batch batch) {
        int size = batch.sequences().size();
        return new NDList(
                call.create(batch.ids(), new Shape(size, batch.length())),
                call.create(batch.rows()),
                call.create(batch.targets()));
    }

    /** The adapter's fused matrices as one list; for no adapter a list that stands for none. */
    private NDList lora(NDManager call, Adapter adapter) {
        if (adapter.isNone()) {
            return Native.none(call, "lora[]");
        }
        adapter.checkFits(config);
        return Native.list(call, lora.fuse(adapter), "lora[]");
    }
}
