package io.marft.policy.token;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A model's tokenizer and chat template: everything between conversations and token ids. It reads no weights, so whoever has a
 * model's prompts need not hold the model.
 *
 * <p>Thread-safe. It owns native memory: close it.
 */
public final class Prompts implements AutoCloseable {

    private static final String TOKENIZER = "tokenizer.json";

    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final ChatTemplate timeless;

    private Prompts(Tokenizer tokenizer, ChatTemplate template, ChatTemplate timeless) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.timeless = timeless;
    }

    /**
     * Reads {@code tokenizer.json} and the chat template.
     *
     * @param directory a model's, in Hugging Face's layout
     * @throws io.marft.policy.checkpoint.CheckpointException if a file is missing or broken
     */
    public static Prompts read(Path directory) {
        ChatTemplate template = ChatTemplate.read(directory);
        ChatTemplate timeless = ChatTemplate.read(directory, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        return new Prompts(new Tokenizer(directory.resolve(TOKENIZER)), template, timeless);
    }

    /**
     * Token ids of a conversation and the opening of the assistant's turn, by the model's chat template.
     *
     * @throws RefusedConversationException if the template refuses the conversation
     * @throws io.marft.policy.checkpoint.CheckpointException if the template fails
     */
    public int[] encode(List<ChatMessage> messages) {
        return tokenizer.encode(template.render(messages));
    }

    /**
     * As {@link #encode}, by a clock that stands still at 1970: templates that print the date give the same tokens for ever.
     */
    public int[] encodeTimeless(List<ChatMessage> messages) {
        return tokenizer.encode(timeless.render(messages));
    }

    /** The text of token ids, special tokens left out. */
    public String text(int[] tokens) {
        return tokenizer.decode(tokens);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
