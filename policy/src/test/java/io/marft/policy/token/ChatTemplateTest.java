package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {

    private static final List<Map<String, String>> CHAT = List.of(
            Map.of("role", "system", "content", "Be brief."),
            Map.of("role", "user", "content", "{{ 1 + 1 }} <b> & 'q'\n"));

    @TempDir
    Path directory;

    /** The shape of Qwen2's own template. */
    @Test
    void shouldRenderATemplateOfConditionsAndLoopVariables() throws IOException {
        String template = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
                + "{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n'"
                + " + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
                + "{{ '<|im_start|>assistant\n' }}{% endif %}";

        assertEquals(
                """
                <|im_start|>system
                Be brief.<|im_end|>
                <|im_start|>user
                {{ 1 + 1 }} <b> & 'q'
                <|im_end|>
                <|im_start|>assistant
                """,
                template(template).render(CHAT));
        assertEquals(
                "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
                template(template).render(List.of(Map.of("role", "user", "content", "Hi"))));
    }

    @Test
    void shouldTrimBlocksAsTransformersDoes() throws IOException {
        String template = "{% for m in messages %}\n    {% if m.role == 'user' %}\n<u>{{ m.content | trim }}\n"
                + "    {% endif %}\n{% endfor %}\n{{ eos_token }}";

        assertEquals("<u>{{ 1 + 1 }} <b> & 'q'\n<end>", template(template).render(CHAT));
    }

    @Test
    void shouldSayWhyATemplateCannotBeUsed() throws IOException {
        ChatTemplate broken = template("{% for m in messages %}{{ m.role }}");

        String message = assertThrows(CheckpointException.class, () -> broken.render(CHAT))
                .getMessage();

        assertTrue(message.contains("tokenizer_config.json: chat_template cannot be rendered"), message);
        Path file = directory.resolve("tokenizer_config.json");
        Files.writeString(file, "{}");
        assertTrue(assertThrows(CheckpointException.class, () -> new ChatTemplate(file))
                .getMessage()
                .contains("chat_template must be a text"));
    }

    private ChatTemplate template(String text) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        new ObjectMapper()
                .writeValue(file.toFile(), Map.of("chat_template", text, "eos_token", Map.of("content", "<end>")));
        return new ChatTemplate(file);
    }
}
