package io.marft.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Random models with a character tokenizer, written to a directory, for tests that need any language model at all. */
public final class TinyModels {

    /** The special tokens; their ids are their places here. */
    public static final List<String> SPECIALS =
            List.of("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>");

    /** The id of {@code <|end|>}. */
    public static final int END = 1;

    private static final String TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private TinyModels() {}

    /** Two layers, 32 wide, four query heads and two of keys and values, a context of 128. */
    public static ModelConfig config() {
        return config(2, 32, 4, 2, 48, 128, true);
    }

    /** A configuration over the tokenizer's vocabulary. */
    public static ModelConfig config(
            int layers, int width, int heads, int kvHeads, int intermediate, int positions, boolean tied) {
        return new ModelConfig(
                width,
                layers,
                heads,
                kvHeads,
                intermediate,
                vocabulary().size(),
                1e-6,
                10_000,
                positions,
                tied,
                List.of(END),
                0);
    }

    /** Writes a random model with everything that {@link LanguageModel#load} reads. */
    public static Path write(Path directory, ModelConfig config, long seed) {
        Checkpoint.write(directory, config, weights(config, seed));
        writeTokenizer(directory);
        return directory;
    }

    /** Random weights, large enough that the distributions are far from uniform. */
    public static Map<String, Tensor> weights(ModelConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Checkpoint.layout(config).forEach((name, shape) -> {
            float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
            for (int i = 0; i < values.length; i++) {
                double noise = random.nextGaussian();
                values[i] = (float) (name.endsWith("norm.weight") ? 1 + 0.2 * noise : 0.25 * noise);
            }
            weights.put(name, new Tensor(shape, values));
        });
        return weights;
    }

    /** Writes {@code tokenizer.json} and {@code tokenizer_config.json} of a tokenizer with one token per character. */
    public static void writeTokenizer(Path directory) {
        ObjectMapper json = new ObjectMapper();
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
        ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        vocabulary().forEach(token -> vocabulary.put(token, vocabulary.size()));
        model.putArray("merges");
        ObjectNode settings =
                json.createObjectNode().put("chat_template", TEMPLATE).put("eos_token", "<|end|>");
        try {
            Files.createDirectories(directory);
            json.writeValue(directory.resolve("tokenizer.json").toFile(), tokenizer);
            json.writeValue(directory.resolve("tokenizer_config.json").toFile(), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Special tokens, then newline and the printable ASCII characters. */
    private static List<String> vocabulary() {
        List<String> tokens = new ArrayList<>(SPECIALS);
        tokens.add("\n");
        for (char c = ' '; c <= '~'; c++) {
            tokens.add(String.valueOf(c));
        }
        return tokens;
    }
}
