package io.marft.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.decoder.ModelOptions;
import io.marft.policy.decoder.Perceptrons;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.PromptTooLongException;
import io.marft.policy.generate.Sampling;
import io.marft.policy.generate.StopStrings;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Prompts;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A language model from a directory in Hugging Face's layout: {@link Prompts} turn conversations into tokens, a
 * {@link Decoder} samples, scores and gives gradients to LoRA.
 *
 * <p>Thread-safe: several threads may generate, score and train at once. It owns native memory: close it.
 */
public final class LanguageModel implements AutoCloseable {

    private final Checkpoint checkpoint;
    private final Decoder decoder;
    private final Prompts prompts;

    private LanguageModel(Checkpoint checkpoint, Decoder decoder, Prompts prompts) {
        this.checkpoint = checkpoint;
        this.decoder = decoder;
        this.prompts = prompts;
    }

    /** As {@link #load(Path, ModelOptions)}, with {@link ModelOptions#DEFAULT}. */
    public static LanguageModel load(Path directory) {
        return load(directory, ModelOptions.DEFAULT);
    }

    /** As {@link #load(Path, ModelOptions)}, with another number of threads than the default. */
    public static LanguageModel load(Path directory, int threads) {
        return load(directory, ModelOptions.DEFAULT.withThreads(threads));
    }

    /**
     * Loads a model.
     *
     * @param directory in Hugging Face's layout
     * @throws io.marft.policy.checkpoint.CheckpointException if a file is missing or broken
     * @throws IllegalArgumentException if the device is not there
     */
    public static LanguageModel load(Path directory, ModelOptions options) {
        Checkpoint.requireFiles(directory);
        Prompts prompts = Prompts.read(directory);
        try {
            Checkpoint checkpoint = Checkpoint.read(directory);
            return new LanguageModel(checkpoint, new Decoder(checkpoint, options), prompts);
        } catch (RuntimeException e) {
            prompts.close();
            throw e;
        }
    }

    /** {@code sha256:…} of the base model's configuration and weights. */
    public String digest() {
        return checkpoint.digest();
    }

    /** The base model's shape. */
    public ModelConfig config() {
        return checkpoint.config();
    }

    /** Where it runs, such as {@code cpu} or {@code cuda:0}. */
    public String device() {
        return decoder.device();
    }

    /** The longest sequence, prompt and output together, in tokens. */
    public int maxLength() {
        return config().maxPositions();
    }

    /** The model's tokenizer and chat template; closed with the model. */
    public Prompts prompts() {
        return prompts;
    }

    /** Token ids of a conversation, by {@link Prompts#encode}. */
    public int[] prompt(List<ChatMessage> messages) {
        return prompts.encode(messages);
    }

    /** The text of token ids, by {@link Prompts#text}. */
    public String text(int[] tokens) {
        return prompts.text(tokens);
    }

    /**
     * Continues prompts, and waits until all are done.
     *
     * @return in the order of the requests
     * @throws PromptTooLongException if a prompt and its new tokens exceed {@link #maxLength()}
     */
    public List<Generation> generate(List<GenerationRequest> requests, Adapter adapter) {
        List<CompletableFuture<Generation>> futures = submit(requests, adapter);
        try {
            return futures.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException("Generation failed: " + e.getCause(), e.getCause());
        } catch (CancellationException e) {
            throw new IllegalStateException("Generation failed: " + e, e);
        }
    }

    /**
     * Continues prompts while others, with this or other adapters, are under way: all share one batch, which each joins
     * and leaves between two tokens.
     *
     * @return as {@link Decoder#generate}; a future that is cancelled ends its generation
     * @throws IllegalArgumentException if the adapter does not fit the model
     */
    public List<CompletableFuture<Generation>> submit(List<GenerationRequest> requests, Adapter adapter) {
        return decoder.generate(requests.stream().map(this::draw).toList(), adapter);
    }

    private Draw draw(GenerationRequest request) {
        Sampling sampling = request.sampling();
        Set<Integer> ends = new HashSet<>(config().eosTokens());
        ends.addAll(sampling.stopTokens());
        return new Draw(
                request,
                ends,
                sampling.stop().isEmpty() ? Draw.NEVER : new StopStrings(sampling.stop(), prompts::text));
    }

    /** As {@link #score(List, Adapter, float, Score.States)}, with the first tokens' states. */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature) {
        return score(sequences, adapter, temperature, Score.States.FIRST);
    }

    /** Scores actions without gradient, by {@link Decoder#score}. */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature, Score.States states) {
        return decoder.score(sequences, adapter, temperature, states);
    }

    /** Scores actions in a way that a gradient can follow, by {@link Decoder#train}. */
    public TrainingPass train(List<Sequence> sequences, Adapter adapter, float temperature) {
        return decoder.train(sequences, adapter, temperature);
    }

    /** Perceptrons that compute where this model does, until it is closed. */
    public Perceptrons perceptrons() {
        return decoder.perceptrons();
    }

    @Override
    public void close() {
        decoder.close();
        prompts.close();
    }
}
