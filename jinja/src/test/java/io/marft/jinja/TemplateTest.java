package io.marft.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.jinja.library.TemplateRefusal;
import io.marft.jinja.value.TemplateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds each feature of the language to what jinja2 makes of it: see {@code ops/golden/jinja.py}. */
class TemplateTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/jinja/features.json");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-05T15:04:09Z"), ZoneOffset.UTC);
    private static final JsonNode FILE = read();
    private static final Map<String, Object> VARIABLES =
            new ObjectMapper().convertValue(FILE.path("variables"), new TypeReference<Map<String, Object>>() {});

    @ParameterizedTest(name = "{0}")
    @MethodSource("rendered")
    void shouldRenderAsJinja2Does(String template, String text) {
        assertEquals(text, Template.parse(template, CLOCK).render(VARIABLES));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failing")
    void shouldFailWhereJinja2DoesAndWhereItsTextIsOutOfReach(String template) {
        RuntimeException failure = assertThrows(
                RuntimeException.class, () -> Template.parse(template, CLOCK).render(VARIABLES));

        assertEquals(
                true, failure instanceof TemplateException || failure instanceof TemplateRefusal, () -> failure + "");
        assertEquals(1, failure.getMessage().lines().count(), failure::getMessage);
    }

    @Test
    void shouldNameTheLineOfAFault() {
        assertFault("line 3: unexpected character '?'", () -> Template.parse("a\n{{ 1 }}\n{{ ? }}", CLOCK));
        assertFault(
                "line 2: tag 'call' is unknown, out of place or not supported",
                () -> Template.parse("a\n{% call f() %}", CLOCK));
        Template failing = Template.parse("{% for m in messages %}\n\n{{ m.role.x.y }}{% endfor %}", CLOCK);
        assertFault("line 3: 'str object' has no attribute 'x'", () -> failing.render(VARIABLES));
        Template unknown = Template.parse("\n{% if true %}\n{{ 'a' | shout }}{% endif %}", CLOCK);
        assertFault("line 3: filter 'shout' is not supported", () -> unknown.render(VARIABLES));
    }

    @Test
    void shouldWriteDatesAsPythonDoes() {
        assertEquals(
                "05 Jan 2026, Monday Mon January 01 26 15:04:09 03 PM 005 %",
                Template.parse("{{ strftime_now('%d %b %Y, %A %a %B %m %y %H:%M:%S %I %p %j %%') }}", CLOCK)
                        .render(Map.of()));
    }

    private static void assertFault(String message, Executable use) {
        assertEquals(message, assertThrows(TemplateException.class, use).getMessage());
    }

    private static Stream<Arguments> rendered() {
        return cases("text")
                .map(golden -> Arguments.of(
                        golden.path("template").asText(), golden.path("text").asText()));
    }

    private static Stream<Arguments> failing() {
        return cases("error").map(golden -> Arguments.of(golden.path("template").asText()));
    }

    private static Stream<JsonNode> cases(String outcome) {
        return StreamSupport.stream(FILE.path("templates").spliterator(), false).filter(golden -> golden.has(outcome));
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(GOLDEN.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
