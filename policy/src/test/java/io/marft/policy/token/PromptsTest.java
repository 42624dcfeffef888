package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations to tokens, of a directory that holds no weights. */
class PromptsTest {

    private static final List<ChatMessage> CHAT =
            List.of(new ChatMessage("system", "Plan."), new ChatMessage("user", "1+2?"));

    @TempDir
    private Path directory;

    @BeforeEach
    void write() {
        CharacterTokenizer.write(directory);
    }

    @Test
    void shouldEncodeAConversationAndTheOpeningOfTheAssistantsTurnWithoutWeights() {
        try (Prompts prompts = Prompts.read(directory);
                Tokenizer tokenizer = new Tokenizer(directory.resolve("tokenizer.json"))) {
            int[] tokens = prompts.encode(CHAT);

            assertArrayEquals(tokenizer.encode("<|system|>Plan.<|user|>1+2?<|assistant|>"), tokens);
            assertArrayEquals(tokens, prompts.encodeTimeless(CHAT));
            assertEquals("Plan.1+2?", prompts.text(tokens));
        }
    }

    @Test
    void shouldStandStillIn1970WhereATemplatePrintsTheDateAndTimeMustNotMatter() throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), "{{ strftime_now('%Y') }}");
        try (Prompts prompts = Prompts.read(directory)) {
            assertEquals("1970", prompts.text(prompts.encodeTimeless(CHAT)));
            assertTrue(Integer.parseInt(prompts.text(prompts.encode(CHAT))) > 2000);
        }
    }

    @Test
    void shouldNameTheFileThatIsMissing() throws IOException {
        Files.delete(directory.resolve("tokenizer.json"));

        String fault = assertThrows(CheckpointException.class, () -> Prompts.read(directory))
                .getMessage();

        assertTrue(fault.startsWith(directory.resolve("tokenizer.json") + ": does not exist"), fault);
    }
}
