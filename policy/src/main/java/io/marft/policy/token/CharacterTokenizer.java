package io.marft.policy.token;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a tokenizer with one token for each printable ASCII character and the newline, and the special tokens of a chat. It is
 * byte-pair encoding without merges, in Hugging Face's file format. Any other character becomes {@code ?}.
 */
public final class CharacterTokenizer {

    /** The special tokens; the id of each is its place in this list. */
    public static final List<String> SPECIALS =
            List.of("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>");

    /** The id of {@code <|pad|>}. */
    public static final int PAD = 0;

    /** The id of {@code <|end|>}, which ends every output. */
    public static final int END = 1;

    private static final String TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private CharacterTokenizer() {}

    /** All tokens, in the order of their ids. */
    public static List<String> vocabulary() {
        List<String> tokens = new ArrayList<>(SPECIALS);
        tokens.add("\n");
        for (char symbol = ' '; symbol <= '~'; symbol++) {
            tokens.add(String.valueOf(symbol));
        }
        return tokens;
    }

    /**
     * Writes {@code tokenizer.json} and {@code tokenizer_config.json}.
     *
     * @param directory made if missing; files of these names are replaced
     */
    public static void write(Path directory) {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode tokenizer = json.createObjectNode();
        tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = tokenizer.putArray("added_tokens");
        for (int id = 0; id < SPECIALS.size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", SPECIALS.get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        tokenizer.putNull("normalizer").putNull("pre_tokenizer").putNull("post_processor");
        tokenizer.putObject("decoder").put("type", "Fuse");
        ObjectNode model = tokenizer.putObject("model").put("type", "BPE").put("unk_token", "?");
        ObjectNode vocabulary = model.putObject("vocab");
        vocabulary().forEach(token -> vocabulary.put(token, vocabulary.size()));
        model.putArray("merges");
        ObjectNode settings = json.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("eos_token", "<|end|>")
                .put("pad_token", "<|pad|>")
                .put("unk_token", "?")
                .put("clean_up_tokenization_spaces", false)
                .put("chat_template", TEMPLATE);
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("tokenizer.json"), json.writeValueAsString(tokenizer) + "\n");
            Files.writeString(directory.resolve("tokenizer_config.json"), json.writeValueAsString(settings) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
