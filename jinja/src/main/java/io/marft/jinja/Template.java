package io.marft.jinja;

import io.marft.jinja.library.Globals;
import io.marft.jinja.library.TemplateRefusal;
import io.marft.jinja.syntax.Scope;
import io.marft.jinja.syntax.Statement;
import io.marft.jinja.syntax.StatementParser;
import io.marft.jinja.value.None;
import io.marft.jinja.value.TemplateException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed template. Immutable and thread-safe. */
public final class Template {

    private final Statement.Block body;
    private final Clock clock;

    private Template(Statement.Block body, Clock clock) {
        this.body = body;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @param clock the clock that {@code strftime_now} reads, in the clock's zone
     * @throws TemplateException if it is broken or uses a tag that is not supported
     */
    public static Template parse(String source, Clock clock) {
        return new Template(StatementParser.parse(source), clock);
    }

    /**
     * Renders the template.
     *
     * @param variables values by name: strings, numbers, booleans, lists and maps of these, and null for {@code none}
     * @throws TemplateException where jinja2 would fail, and where jinja2 would render something that is not supported here
     * @throws TemplateRefusal if the template calls {@code raise_exception}
     */
    public String render(Map<String, ?> variables) {
        Map<String, Object> names = Globals.all(clock);
        variables.forEach((name, value) -> names.put(name, value(value)));
        StringBuilder out = new StringBuilder();
        try {
            body.run(Scope.of(names).inner(), out);
        } catch (StackOverflowError e) {
            throw new TemplateException("macros call each other, or values nest, without end");
        }
        return out.toString();
    }

    private static Object value(Object given) {
        if (given == null) {
            return None.NONE;
        } else if (given instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return items;
        } else if (given instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(key, value(item)));
            return entries;
        } else if (given instanceof Integer integer) {
            return integer.longValue();
        } else if (given instanceof Float number) {
            return number.doubleValue();
        } else if (given instanceof String
                || given instanceof Boolean
                || given instanceof Long
                || given instanceof Double) {
            return given;
        }
        throw new IllegalArgumentException(
                "A template's variable must be a text, number, list or map, got: " + given.getClass());
    }
}
