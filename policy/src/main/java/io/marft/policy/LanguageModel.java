package io.marft.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.decoder.LoraPass;
import io.marft.policy.token.ChatTemplate;
import io.marft.policy.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

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

    private LanguageModel(Checkpoint checkpoint, Decoder decoder, Tokenizer tokenizer, ChatTemplate template) {
        this.checkpoint = checkpoint;
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /** As {@link #load(Path, int)}, with a thread for each processor. */
    public static LanguageModel load(Path directory) {
        return load(directory, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads {@code config.json}, {@code model.safetensors}, {@code tokenizer.json} and {@code tokenizer_config.json}.
     *
     * @param threads how many micro-batches of one call may run at once; no influence on results
     * @throws io.marft.policy.checkpoint.CheckpointException if a file is missing or broken
     */
    public static LanguageModel load(Path directory, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("Threads must be at least 1, got: " + threads);
        }
        Checkpoint.requireFiles(directory);
        Checkpoint checkpoint = Checkpoint.read(directory);
        ChatTemplate template = ChatTemplate.read(directory);
        Tokenizer tokenizer = new Tokenizer(directory.resolve("tokenizer.json"));
        try {
            return new LanguageModel(checkpoint, new Decoder(checkpoint, threads), tokenizer, template);
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

    /** The longest sequence, prompt and output together, in tokens. */
    public int maxLength() {
        return config().maxPositions();
    }

    /** Token ids of a conversation and the opening of the assistant's turn, by the model's chat template. */
    public int[] prompt(List<Message> messages) {
        return tokenizer.encode(template.render(messages.stream()
                .map(message -> Map.of("role", message.role(), "content", message.content()))
                .toList()));
    }

    /** The text of {@code tokens}, special tokens left out. */
    public String text(int[] tokens) {
        return tokenizer.decode(tokens);
    }

    /**
     * Continues prompts as one batch.
     *
     * @return in the order of the requests
     * @throws PromptTooLongException if a prompt and its new tokens exceed {@link #maxLength()}
     */
    public List<Generation> generate(List<GenerationRequest> requests, Adapter adapter) {
        List<Decoder.Draw> draws = requests.stream().map(this::draw).toList();
        return decoder.generate(draws, adapter).stream()
                .map(drawn -> new Generation(
                        drawn.tokens(), drawn.logProbs(), drawn.ended() ? FinishReason.STOP : FinishReason.LENGTH))
                .toList();
    }

    /**
     * Scores actions without gradient.
     *
     * @param adapter {@link Adapter#none()} for the frozen base
     * @param temperature divides the logits; positive
     * @return in the order of the sequences
     */
    public List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature) {
        check(sequences, temperature);
        return decoder
                .score(
                        sequences.stream().map(Sequence::prompt).toList(),
                        sequences.stream().map(Sequence::action).toList(),
                        adapter,
                        temperature)
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

    private Decoder.Draw draw(GenerationRequest request) {
        Sampling sampling = request.sampling();
        checkTokens("Prompt", request.prompt());
        if (request.prompt().length + sampling.maxNewTokens() > maxLength()) {
            throw new PromptTooLongException(request.prompt().length, sampling.maxNewTokens(), maxLength());
        }
        SplittableRandom random = new SplittableRandom(request.seed());
        float[] uniforms = new float[sampling.maxNewTokens()];
        for (int i = 0; i < uniforms.length; i++) {
            uniforms[i] = (random.nextInt() >>> 8) * 0x1p-24f;
        }
        boolean greedy = sampling.temperature() == 0;
        int topK = sampling.topK() == 0 ? config().vocabSize() : Math.min(sampling.topK(), config().vocabSize());
        return new Decoder.Draw(
                request.prompt(), uniforms, greedy ? 1 : sampling.temperature(), greedy ? 1 : topK, sampling.topP());
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
