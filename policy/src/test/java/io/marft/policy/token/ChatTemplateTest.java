package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {

    private static final List<ChatMessage> CHAT =
            List.of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "{{ 1 + 1 }} <b> & 'q'\n"));

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
                template(template).render(List.of(new ChatMessage("user", "Hi"))));
    }

    @Test
    void shouldTrimBlocksAsTransformersDoes() throws IOException {
        String template = "{% for m in messages %}\n    {% if m.role == 'user' %}\n<u>{{ m.content | trim }}\n"
                + "    {% endif %}\n{% endfor %}\n{{ eos_token }}";

        assertEquals("<u>{{ 1 + 1 }} <b> & 'q'\n<end>", template(template).render(CHAT));
    }

    @Test
    void shouldSayWhyATemplateCannotBeUsed() throws IOException {
        assertFault(
                "tokenizer_config.json: chat template cannot be parsed: line 1: '{% for %}' has no '{% endfor %}'",
                () -> template("{% for m in messages %}{{ m.role }}"));
        ChatTemplate failing = template("a\n{{ messages[0].content + 1 }}");
        assertFault(
                "tokenizer_config.json: chat template cannot be rendered: line 2: operator + is not supported",
                () -> failing.render(CHAT));
        Files.writeString(directory.resolve("tokenizer_config.json"), "{}");
        assertFault(
                "tokenizer_config.json: has no chat_template, and there is no chat_template.jinja beside it",
                () -> ChatTemplate.read(directory));
        Files.writeString(directory.resolve("tokenizer_config.json"), "no JSON");
        assertFault("tokenizer_config.json: cannot be read as JSON", () -> ChatTemplate.read(directory));
    }

    @Test
    void shouldRefuseAConversationInTheTemplatesWords() throws IOException {
        ChatTemplate template = template("{{ raise_exception('Roles must\nalternate, got ' ~ messages[1].role) }}");

        assertEquals(
                "The model's chat template refuses the conversation: Roles must alternate, got user",
                assertThrows(RefusedConversationException.class, () -> template.render(CHAT))
                        .getMessage());
        assertThrows(RefusedConversationException.class, () -> template.render(List.of()));
    }

    @Test
    void shouldPreferTheTemplateThatHasItsOwnFile() throws IOException {
        write("from settings");
        Files.writeString(directory.resolve("chat_template.jinja"), "from file{{ eos_token }}\n");

        assertEquals("from file<end>", ChatTemplate.read(directory).render(CHAT));
    }

    @Test
    void shouldUseTheDefaultOfSeveralTemplates() throws IOException {
        write(List.of(
                Map.of("name", "tool_use", "template", "tools"),
                Map.of("name", "default", "template", "{{ eos_token }}")));
        assertEquals("<end>", ChatTemplate.read(directory).render(CHAT));

        write(List.of(Map.of("name", "tool_use", "template", "tools")));
        assertFault("has no default chat_template", () -> ChatTemplate.read(directory));
    }

    @Test
    void shouldHandOverTheSpecialTokensThatTheCheckpointHas() throws IOException {
        assertEquals(
                "<end>|[]|False|True|True",
                template("{{ eos_token }}|[{{ bos_token }}]|{{ pad_token is defined }}|{{ tools is none }}|"
                                + "{{ add_generation_prompt }}")
                        .render(CHAT));
    }

    @Test
    void shouldGiveTheClocksDate() throws IOException {
        write("{{ strftime_now('%d %b %Y') }}");
        Clock clock = Clock.fixed(Instant.parse("2026-03-09T23:30:00Z"), ZoneOffset.UTC);

        assertEquals("09 Mar 2026", ChatTemplate.read(directory, clock).render(CHAT));
    }

    private static void assertFault(String fault, Executable use) {
        String message = assertThrows(CheckpointException.class, use).getMessage();
        assertTrue(message.contains(fault), message);
        assertEquals(1, message.lines().count(), message);
    }

    private ChatTemplate template(String text) throws IOException {
        write(text);
        return ChatTemplate.read(directory);
    }

    private void write(Object chatTemplate) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        new ObjectMapper()
                .writeValue(
                        file.toFile(), Map.of("chat_template", chatTemplate, "eos_token", Map.of("content", "<end>")));
    }
}
