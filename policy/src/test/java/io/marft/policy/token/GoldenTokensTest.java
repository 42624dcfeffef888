package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds texts and token ids to what transformers made of them: see {@code ops/golden/tokens.py}. */
class GoldenTokensTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldRenderConversationsAsTransformersDoes(String family) {
        ChatTemplate template = ChatTemplate.read(GOLDEN.resolve(family));

        for (JsonNode golden : golden(family, "conversations")) {
            List<ChatMessage> messages = messages(golden);
            if (golden.has("refused")) {
                String refusal = assertThrows(RefusedConversationException.class, () -> template.render(messages))
                        .getMessage();
                assertEquals(
                        "The model's chat template refuses the conversation: "
                                + golden.path("refused").asText(),
                        refusal);
            } else {
                assertEquals(golden.path("text").asText(), template.render(messages), golden::toString);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldGiveTextTheTokenIdsOfTransformersAndBack(String family) {
        try (Tokenizer tokenizer = new Tokenizer(GOLDEN.resolve(family).resolve("tokenizer.json"))) {
            for (JsonNode golden : golden(family, "conversations")) {
                if (golden.has("text")) {
                    String text = golden.path("text").asText();
                    assertArrayEquals(ids(golden), tokenizer.encode(text), text);
                    assertEquals(golden.path("decoded").asText(), tokenizer.decode(ids(golden)));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldDecodeTokensThatAreNoWholeCharactersAsTransformersDoes(String family) {
        try (Tokenizer tokenizer = new Tokenizer(GOLDEN.resolve(family).resolve("tokenizer.json"))) {
            for (JsonNode golden : golden(family, "fragments")) {
                assertEquals(golden.path("decoded").asText(), tokenizer.decode(ids(golden)), golden::toString);
            }
        }
    }

    private static List<JsonNode> golden(String family, String name) {
        try {
            JsonNode file = new ObjectMapper()
                    .readTree(
                            GOLDEN.resolve(family).resolve("conversations.json").toFile());
            List<JsonNode> items = new ArrayList<>();
            file.path(name).forEach(items::add);
            assertEquals(false, items.isEmpty(), name);
            return items;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ChatMessage> messages(JsonNode golden) {
        return StreamSupport.stream(golden.path("messages").spliterator(), false)
                .map(message -> new ChatMessage(
                        message.path("role").asText(), message.path("content").asText()))
                .toList();
    }

    private static int[] ids(JsonNode golden) {
        return StreamSupport.stream(golden.path("ids").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
