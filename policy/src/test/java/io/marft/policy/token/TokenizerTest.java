package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

    private static final Path LLAMA = Path.of("src/test/resources/golden/llama/tokenizer.json");

    @TempDir
    private Path directory;

    @Test
    void shouldSayInOneLineWhyAFileIsNoTokenizer() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        assertFault(file, "tokenizer.json: does not exist: save the tokenizer");
        for (String content : new String[] {"", "no JSON", "{}", "{\"model\": {\"type\": \"New\"}}", "[1]"}) {
            Files.writeString(file, content);
            assertFault(file, "tokenizer.json: is not a tokenizer that can be read (");
        }
    }

    /** transformers, too, switches off the truncation and padding of such a file. */
    @Test
    void shouldNeitherCutNorPadWhateverTheFileSays() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        ObjectMapper json = new ObjectMapper();
        ObjectNode settings = (ObjectNode) json.readTree(LLAMA.toFile());
        settings.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 4)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        settings.putObject("padding")
                .put("direction", "Right")
                .put("pad_id", 481)
                .put("pad_type_id", 0)
                .put("pad_token", "<|end_of_text|>")
                .putNull("pad_to_multiple_of")
                .putObject("strategy")
                .put("Fixed", 64);
        json.writeValue(file.toFile(), settings);

        try (Tokenizer plain = new Tokenizer(LLAMA);
                Tokenizer limited = new Tokenizer(file)) {
            String text = "a longer text than four tokens hold";
            assertArrayEquals(plain.encode(text), limited.encode(text));
        }
    }

    @Test
    void shouldAddNoSpecialTokens() {
        try (Tokenizer tokenizer = new Tokenizer(LLAMA)) {
            assertArrayEquals(new int[0], tokenizer.encode(""));
            assertArrayEquals(new int[] {480, 485}, tokenizer.encode("<|begin_of_text|><|eot_id|>"));
            assertEquals("", tokenizer.decode(new int[] {480, 485}));
            assertEquals("", tokenizer.decode(new int[0]));
        }
    }

    private static void assertFault(Path file, String fault) {
        String message = assertThrows(CheckpointException.class, () -> new Tokenizer(file))
                .getMessage();
        assertTrue(message.contains(fault), message);
        assertEquals(1, message.lines().count(), message);
    }
}
