package io.marft.policy.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Turns text into token ids and back, as Hugging Face's {@code tokenizer.json} says. Thread-safe. It owns native memory: close
 * it.
 */
public final class Tokenizer implements AutoCloseable {

    private final HuggingFaceTokenizer tokenizer;

    /**
     * Reads a tokenizer.
     *
     * @param file a {@code tokenizer.json}
     * @throws CheckpointException if it is missing or not a tokenizer
     */
    public Tokenizer(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    file, "does not exist: save the tokenizer with transformers' save_pretrained, which makes it");
        }
        try {
            this.tokenizer = HuggingFaceTokenizer.newInstance(
                    file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(file, "is not a tokenizer that can be read (" + firstLine(e) + ")", e);
        }
    }

    /** Token ids of {@code text}; special tokens in the text become their ids, none are added. */
    public int[] encode(String text) {
        return Arrays.stream(tokenizer.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** The text of token ids, special tokens left out. */
    public String decode(int[] tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
