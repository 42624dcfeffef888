package io.marft.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.decoder.LoraPass;
import io.marft.policy.decoder.ModelOptions;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Drawn;
import io.marft.policy.generate.FinishReason;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.PromptTooLongException;
import io.marft.policy.generate.Sampling;
import io.marft.policy.generate.StopStrings;
import io.marft.policy.token.ChatTemplate;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Tokenizer;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A language model from a directory in Hugging Face's layout: text to tokens, sampling, scoring, and gradients to LoRA.
 *
 * <p>Thread-safe: several threads may generate, score and train at once. It owns native memory: close it.
 */
public final class LanguageModel implements AutoCloseable {

    private final Checkpoint checkpoint;
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final ChatTemplate timeless;

    private LanguageModel(
            Checkpoint checkpoint, Decoder decoder, Tokenizer tokenizer, ChatTemplate template, ChatTemplate timeless) {
        this.checkpoint = checkpoint;
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.template = template;
        this.timeless = timeless;
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
     * Loads a Hugging Face directory.
     *
     * @throws io.marft.policy.checkpoint.CheckpointException if a file is missing or broken
     * @throws IllegalArgumentException if the device is not there
     */
    public static LanguageModel load(Path directory, ModelOptions options) {
        Checkpoint.requireFiles(directory);
        ChatTemplate template = ChatTemplate.read(directory);
        ChatTemplate timeless = ChatTemplate.read(directory, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        Tokenizer tokenizer = new Tokenizer(directory.resolve("tokenizer.json"));
        try {
            Checkpoint checkpoint = Checkpoint.read(directory);
            return new LanguageModel(checkpoint, new Decoder(checkpoint, options), tokenizer, template, timeless);
        } catch (RuntimeException e) {
            tokenizer.close();
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

    /** Token ids of a conversation and the opening of the assistant's turn, by the model's chat template. */
    public int[] prompt(List<ChatMessage> messages) {
        return prompt(template, messages);
    }

    /**
     * As {@link #prompt}, with a clock that stands still at 1970: templates that print the date give the same tokens for
     * ever.
     */
    public int[] timelessPrompt(List<ChatMessage> messages) {
        return prompt(timeless, messages);
    }

    private int[] prompt(ChatTemplate template, List<ChatMessage> messages) {
        return tokenizer.encode(template.render(messages.stream()
                .map(message -> Map.of("role", message.role(), "content", message.content()))
                .toList()));
    }

    /** The text of {@code tokens}, special tokens left out. */
    public String text(int[] tokens) {
        return tokenizer.decode(tokens);
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
        }
    }

    /**
     * Continues prompts while others, with this or other adapters, are under way: all share one batch, which each joins
     * and leaves between two tokens.
     *
     * @return in the order of the requests; one that cannot be begun fails with an {@link IllegalArgumentException}, such
     *     as {@link PromptTooLongException}, and holds none of the others back
     * @throws IllegalArgumentException if the adapter does not fit the model
     */
    public List<CompletableFuture<Generation>> submit(List<GenerationRequest> requests, Adapter adapter) {
        Map<Integer, CompletableFuture<Generation>> refused = new HashMap<>();
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            try {
                draws.add(draw(requests.get(i)));
            } catch (IllegalArgumentException e) {
                refused.put(i, CompletableFuture.failedFuture(e));
            }
        }
        Iterator<CompletableFuture<Drawn>> begun =
                decoder.generate(draws, adapter).iterator();
        List<CompletableFuture<Generation>> futures = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            futures.add(refused.containsKey(i) ? refused.get(i) : begun.next().thenApply(LanguageModel::generation));
        }
        return futures;
    }

    private static Generation generation(Drawn drawn) {
        return new Generation(
                drawn.tokens(), drawn.logProbs(), drawn.ended() ? FinishReason.STOP : FinishReason.LENGTH);
    }

    /** As {@link #score(List, Adapter, float, Score.States)}, with the first tokens' states. */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature) {
        return score(sequences, adapter, temperature, Score.States.FIRST);
    }

    /**
     * Scores actions without gradient.
     *
     * @param adapter {@link Adapter#none()} for the frozen base
     * @param temperature divides the logits; positive
     * @param states which hidden states are wanted
     * @return in the order of the sequences
     */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature, Score.States states) {
        check(sequences, temperature);
        return decoder
                .score(
                        sequences.stream().map(Sequence::prompt).toList(),
                        sequences.stream().map(Sequence::action).toList(),
                        adapter,
                        temperature,
                        states)
                .stream()
                .map(scored -> new Score(scored.logProbs(), scored.entropies(), scored.hidden()))
                .toList();
    }

    /**
     * Scores actions and keeps the graph to {@code adapter}, whose native memory the returned pass owns.
     *
     * @param temperature divides the logits; positive
     */
    public TrainingPass train(List<Sequence> sequences, Adapter adapter, float temperature) {
        check(sequences, temperature);
        if (adapter.isNone()) {
            throw new IllegalArgumentException("Training needs an adapter: start with Adapter.initial(…)");
        }
        LoraPass pass = decoder.train(
                sequences.stream().map(Sequence::prompt).toList(),
                sequences.stream().map(Sequence::action).toList(),
                adapter,
                temperature);
        return new DecoderPass(pass);
    }

    @Override
    public void close() {
        decoder.close();
        tokenizer.close();
    }

    private Draw draw(GenerationRequest request) {
        Sampling sampling = request.sampling();
        checkTokens("Prompt", request.prompt());
        if (sampling.maxNewTokens() > maxLength() - request.prompt().length) { // A sum could overflow.
            throw new PromptTooLongException(request.prompt().length, sampling.maxNewTokens(), maxLength());
        }
        Set<Integer> ends = new HashSet<>(config().eosTokens());
        ends.addAll(sampling.stopTokens());
        return new Draw(
                request.prompt(),
                request.seed(),
                sampling.maxNewTokens(),
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                ends,
                sampling.stop().isEmpty() ? Draw.NEVER : new StopStrings(sampling.stop(), tokenizer::decode));
    }

    private void check(List<Sequence> sequences, float temperature) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("Temperature must be positive to score, got: " + temperature);
        }
        for (Sequence sequence : sequences) {
            checkTokens("Prompt", sequence.prompt());
            checkTokens("Action", sequence.action());
            if (sequence.prompt().length + sequence.action().length > maxLength()) {
                throw new PromptTooLongException(sequence.prompt().length, sequence.action().length, maxLength());
            }
        }
    }

    private void checkTokens(String what, int[] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException(what + " must have at least one token, got none");
        }
        for (int token : tokens) {
            if (token < 0 || token >= config().vocabSize()) {
                throw new IllegalArgumentException(
                        what + " token must be from 0 to " + (config().vocabSize() - 1) + ", got: " + token);
            }
        }
    }

    private record DecoderPass(LoraPass pass) implements TrainingPass {
        @Override
        public float[][] logProbs() {
            return pass.logProbs();
        }

        @Override
        public float[][] entropies() {
            return pass.entropies();
        }

        @Override
        public Adapter gradient(float[][] lossByLogProb, float[][] lossByEntropy) {
            return pass.gradient(lossByLogProb, lossByEntropy);
        }

        @Override
        public void close() {
            pass.close();
        }
    }
}
