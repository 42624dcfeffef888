package io.marft.policy.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.jinja.Template;
import io.marft.jinja.library.TemplateRefusal;
import io.marft.jinja.value.TemplateException;
import io.marft.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's own chat template, in Jinja, which makes one text of a conversation: the text that Hugging Face's
 * {@code apply_chat_template} gives. Thread-safe.
 */
public final class ChatTemplate {

    /** The special tokens that transformers gives to a template; those that a checkpoint lacks stay undefined. */
    private static final List<String> SPECIALS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Path file;
    private final Template template;
    private final Map<String, Object> specials = new HashMap<>();

    private ChatTemplate(Path file, Template template, JsonNode settings) {
        this.file = file;
        this.template = template;
        for (String special : SPECIALS) {
            JsonNode token = settings.path(special);
            String text = token.isObject() ? token.path("content").asText() : token.isTextual() ? token.asText() : "";
            if (!text.isEmpty()) {
                specials.put(special, text);
            }
        }
    }

    /**
     * Reads {@code chat_template.jinja} if there is one, else {@code chat_template} in {@code tokenizer_config.json}; the
     * special tokens come from the latter.
     *
     * @param directory of a checkpoint
     * @throws CheckpointException if there is no template, or it is broken
     */
    public static ChatTemplate read(Path directory) {
        return read(directory, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #read(Path)}, with another clock than the system's for templates that print the date. */
    public static ChatTemplate read(Path directory, Clock clock) {
        Path config = directory.resolve("tokenizer_config.json");
        Path own = directory.resolve("chat_template.jinja");
        JsonNode settings;
        try {
            settings = new ObjectMapper().readTree(Files.readAllBytes(config));
        } catch (IOException e) {
            throw new CheckpointException(config, "cannot be read as JSON", e);
        }
        Path file = Files.exists(own) ? own : config;
        String source;
        try {
            source = Files.exists(own) ? Files.readString(own) : template(config, settings.path("chat_template"));
        } catch (IOException e) {
            throw new CheckpointException(own, "cannot be read as UTF-8 text", e);
        }
        try {
            return new ChatTemplate(file, Template.parse(source, clock), settings);
        } catch (TemplateException e) {
            throw new CheckpointException(file, "chat template cannot be parsed: " + e.getMessage(), e);
        }
    }

    private static String template(Path config, JsonNode given) {
        JsonNode chosen = given;
        if (given.isArray()) {
            for (JsonNode named : given) {
                if (named.path("name").asText().equals("default")) {
                    chosen = named.path("template");
                }
            }
        }
        if (!chosen.isTextual()) {
            throw new CheckpointException(
                    config,
                    (given.isMissingNode() || given.isNull() ? "has no chat_template" : "has no default chat_template")
                            + ", and there is no chat_template.jinja beside it: use an instruction-tuned checkpoint, or"
                            + " add its template");
        }
        return chosen.asText();
    }

    /**
     * Renders a conversation and the opening of the assistant's turn.
     *
     * @param messages in order, at least one
     * @throws RefusedConversationException if the template refuses them
     * @throws CheckpointException if the template fails
     */
    public String render(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new RefusedConversationException("it has no messages, and needs one");
        }
        Map<String, Object> values = new HashMap<>(specials);
        values.put("messages", messages.stream().map(ChatTemplate::value).toList());
        values.put("tools", null);
        values.put("documents", null);
        values.put("add_generation_prompt", true);
        try {
            return template.render(values);
        } catch (TemplateRefusal e) {
            throw new RefusedConversationException(e.getMessage());
        } catch (TemplateException e) {
            throw new CheckpointException(file, "chat template cannot be rendered: " + e.getMessage(), e);
        }
    }

    /** A message as a template sees it, with the role first: some templates print a whole message. */
    private static Map<String, String> value(ChatMessage message) {
        Map<String, String> value = new LinkedHashMap<>();
        value.put("role", message.role());
        value.put("content", message.content());
        return value;
    }
}
