package io.marft.policy.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The text that a model is prompted with: the Jinja template of {@code tokenizer_config.json}, rendered as Hugging Face's
 * transformers does (blocks trimmed and left-stripped). Thread-safe.
 */
public final class ChatTemplate {

    private final Path file;
    private final String template;
    private final Map<String, Object> specials = new HashMap<>();
    /** Values are never rendered again: a message's {@code {{…}}} stays text. */
    private final Jinjava jinjava = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withNestedInterpretationEnabled(false)
            .build());

    /**
     * @param file a {@code tokenizer_config.json}
     * @throws CheckpointException if it is missing or has no template
     */
    public ChatTemplate(Path file) {
        this.file = file;
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read as JSON", e);
        }
        if (!json.path("chat_template").isTextual()) {
            throw new CheckpointException(file, "chat_template must be a text, got: " + json.path("chat_template"));
        }
        this.template = json.path("chat_template").asText();
        for (String special : List.of("bos_token", "eos_token", "pad_token", "unk_token")) {
            JsonNode token = json.path(special);
            specials.put(special, token.isObject() ? token.path("content").asText() : token.asText(""));
        }
    }

    /**
     * Renders a conversation and the opening of the assistant's turn.
     *
     * @param messages in order, each with {@code role} and {@code content}
     */
    public String render(List<Map<String, String>> messages) {
        Map<String, Object> values = new HashMap<>(specials);
        values.put("messages", messages);
        values.put("add_generation_prompt", true);
        RenderResult result = jinjava.renderForResult(template, values);
        for (TemplateError error : result.getErrors()) {
            if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
                throw new CheckpointException(file, "chat_template cannot be rendered: " + error.getMessage());
            }
        }
        return result.getOutput();
    }
}
