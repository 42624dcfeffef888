package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The passes of a decoder-only language model over token ids: sampling, scoring, and scoring with a gradient to LoRA.
 *
 * <p>The mathematics is in {@code decoder.py}; here are batching and the way into native memory and back. Thread-safe.
 */
public final class Decoder implements AutoCloseable {

    /** Padded tokens of one micro-batch: large enough to keep the matrix products busy, small enough for the caches. */
    static final int BUDGET = 2048;

    private final ModelConfig config;
    private final Native module;
    private final FusedLora lora;

    /**
     * Copies a model into native memory.
     *
     * @param threads how many micro-batches of one call may run at once; no influence on results
     */
    public Decoder(Checkpoint checkpoint, int threads) {
        this.config = checkpoint.config();
        this.module = new Native(config, checkpoint.ordered(), threads);
        List<float[]> norms = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
                String name = "model.layers." + layer + "." + norm + ".weight";
                norms.add(checkpoint.weights().get(name).toTensor().values());
            }
        }
        this.lora = new FusedLora(config, norms);
    }

    /**
     * How one prompt is continued.
     *
     * @param prompt token ids
     * @param uniforms as many numbers in [0, 1) as new tokens are allowed; they decide the draws
     * @param temperature divides the logits; positive
     * @param topK keep this many most probable tokens; the size of the vocabulary keeps all
     * @param topP keep the most probable tokens up to this mass; 1 keeps all
     */
    public record Draw(int[] prompt, float[] uniforms, float temperature, int topK, float topP) {}

    /**
     * What was drawn.
     *
     * @param tokens up to and including the end token, if it came
     * @param logProbs of each token under the distribution that it was drawn from
     * @param ended whether the last token is an end token
     */
    public record Drawn(int[] tokens, float[] logProbs, boolean ended) {}

    /**
     * What was scored, for one sequence.
     *
     * @param logProbs of each action token
     * @param entropies of the distribution of each action token, in nats
     * @param hidden state after the final norm at the prompt's last position, [width]
     */
    public record Scored(float[] logProbs, float[] entropies, float[] hidden) {}

    /** Continues prompts as one batch; a prompt's draws depend on the others only by floating-point noise. */
    public List<Drawn> generate(List<Draw> draws, Adapter adapter) {
        if (draws.isEmpty()) {
            return List.of();
        }
        int batch = draws.size();
        int longest = draws.stream().mapToInt(d -> d.prompt().length).max().orElseThrow();
        int steps = draws.stream().mapToInt(d -> d.uniforms().length).max().orElseThrow();
        long[] ids = new long[batch * longest];
        long[] lengths = new long[batch];
        long[] limits = new long[batch];
        double[] uniforms = new double[batch * steps];
        float[] temperatures = new float[batch];
        long[] topK = new long[batch];
        float[] topP = new float[batch];
        boolean filters = false;
        for (int b = 0; b < batch; b++) {
            Draw draw = draws.get(b);
            for (int i = 0; i < draw.prompt().length; i++) {
                ids[b * longest + i] = draw.prompt()[i];
            }
            for (int i = 0; i < draw.uniforms().length; i++) {
                uniforms[b * steps + i] = draw.uniforms()[i];
            }
            lengths[b] = draw.prompt().length;
            limits[b] = draw.uniforms().length;
            temperatures[b] = draw.temperature();
            topK[b] = draw.topK();
            topP[b] = draw.topP();
            filters |= draw.topK() < config.vocabSize() || draw.topP() < 1;
        }
        try (NDManager call = module.open()) {
            Shape column = new Shape(batch, 1);
            NDList inputs = new NDList(
                    call.create(ids, new Shape(batch, longest)),
                    call.create(lengths),
                    call.create(uniforms, new Shape(batch, steps)),
                    call.create(limits),
                    call.create(temperatures, column),
                    call.create(topK, column),
                    call.create(topP, column),
                    call.create(new boolean[] {filters}),
                    call.create(config.eosTokens().stream()
                            .mapToLong(Integer::longValue)
                            .toArray()));
            addLora(call, inputs, adapter);
            NDList result = module.run("generate", false, inputs);
            return cut(draws, result.get(0).toLongArray(), result.get(1).toFloatArray());
        }
    }

    private List<Drawn> cut(List<Draw> draws, long[] tokens, float[] logProbs) {
        int steps = tokens.length / draws.size();
        List<Drawn> drawn = new ArrayList<>();
        for (int b = 0; b < draws.size(); b++) {
            int limit = Math.min(steps, draws.get(b).uniforms().length);
            int length = 0;
            boolean ended = false;
            while (length < limit && !ended) {
                ended = config.eosTokens().contains((int) tokens[b * steps + length]);
                length++;
            }
            int[] ids = new int[length];
            float[] chosen = new float[length];
            for (int i = 0; i < length; i++) {
                ids[i] = (int) tokens[b * steps + i];
                chosen[i] = logProbs[b * steps + i];
            }
            drawn.add(new Drawn(ids, chosen, ended));
        }
        return drawn;
    }

    /** Scores actions that follow prompts, without gradient; none may be empty. */
    public List<Scored> score(List<int[]> prompts, List<int[]> actions, Adapter adapter, float temperature) {
        Scored[] scored = new Scored[prompts.size()];
        try (NDManager pass = module.open()) {
            NDList adapted = new NDList();
            addLora(pass, adapted, adapter);
            List<Supplier<Batch>> tasks = new ArrayList<>();
            for (Batch batch : Batch.cut(prompts, actions, BUDGET)) {
                tasks.add(() -> score(batch, adapted, temperature, scored));
            }
            module.parallel(tasks);
        }
        return List.of(scored);
    }

    private Batch score(Batch batch, NDList adapted, float temperature, Scored[] scored) {
        try (NDManager call = module.open()) {
            NDList inputs = inputs(call, batch);
            inputs.add(call.create(batch.starts()));
            inputs.add(call.create(new float[] {temperature}));
            inputs.addAll(adapted);
            scatter(batch, module.run("score", false, inputs), scored);
            return batch;
        }
    }

    private void scatter(Batch batch, NDList result, Scored[] scored) {
        float[] logProbs = result.get(0).toFloatArray();
        float[] entropies = result.get(1).toFloatArray();
        float[] hidden = result.get(2).toFloatArray();
        int width = config.hiddenSize();
        for (int b = 0; b < batch.sequences().size(); b++) {
            scored[batch.sequences().get(b)] = new Scored(
                    batch.slice(logProbs, b),
                    batch.slice(entropies, b),
                    Arrays.copyOfRange(hidden, b * width, (b + 1) * width));
        }
    }

    /** Scores actions and keeps the graph to the adapter, until the pass is closed. */
    public LoraPass train(List<int[]> prompts, List<int[]> actions, Adapter adapter, float temperature) {
        return new LoraPass(module, lora, adapter, Batch.cut(prompts, actions, BUDGET), temperature);
    }

    @Override
    public void close() {
        module.close();
    }

    static NDList inputs(NDManager call, Batch batch) {
        int size = batch.sequences().size();
        return new NDList(
                call.create(batch.ids(), new Shape(size, batch.length())),
                call.create(batch.rows()),
                call.create(batch.targets()));
    }

    /** The adapter's fused matrices as one list; a list of one tensor stands for none. */
    private void addLora(NDManager call, NDList inputs, Adapter adapter) {
        if (adapter.isNone()) {
            NDArray none = call.create(new Shape(0));
            inputs.add(Native.named(none, "lora[]"));
        } else {
            adapter.checkFits(config);
            List<Tensor> fused = lora.fuse(adapter);
            Native.addList(call, inputs, fused, "lora[]");
        }
    }
}
