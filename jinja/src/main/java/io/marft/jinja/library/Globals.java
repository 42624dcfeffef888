package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Callable;
import io.marft.jinja.value.Namespace;
import io.marft.jinja.value.Range;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Types;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The functions that a template may call: jinja2's own and those of transformers. */
public final class Globals {

    private static final Map<Character, String> DATES = Map.ofEntries(
            Map.entry('Y', "uuuu"),
            Map.entry('y', "uu"),
            Map.entry('m', "MM"),
            Map.entry('B', "MMMM"),
            Map.entry('b', "MMM"),
            Map.entry('d', "dd"),
            Map.entry('j', "DDD"),
            Map.entry('A', "EEEE"),
            Map.entry('a', "EEE"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('p', "a"));

    private Globals() {}

    /** The functions by name; {@code strftime_now} reads the clock, in the clock's zone. */
    public static Map<String, Object> all(Clock clock) {
        Map<String, Object> functions = new HashMap<>();
        functions.put("raise_exception", (Callable) Globals::refuse);
        functions.put("namespace", (Callable) Globals::namespace);
        functions.put("range", (Callable) Globals::range);
        functions.put("dict", (Callable) Globals::dict);
        functions.put("strftime_now", (Callable) arguments ->
                formatted(LocalDateTime.now(clock), Types.string(arguments.bind("strftime_now", 1, "format")[0])));
        for (String name : Set.of("lipsum", "cycler", "joiner", "self")) {
            functions.put(name, (Callable) arguments -> {
                throw new TemplateException("the function '" + name + "' is not supported");
            });
        }
        return functions;
    }

    private static Object refuse(Arguments arguments) {
        throw new TemplateRefusal(Text.str(arguments.bind("raise_exception", 1, "message")[0]));
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        for (Object start : arguments.positional()) {
            if (arguments.positional().size() > 1 || !(start instanceof Map<?, ?> map)) {
                throw new TemplateException("namespace takes named arguments, or one dict");
            }
            map.forEach((name, value) -> namespace.set(Types.string(name), value));
        }
        arguments.named().forEach(namespace::set);
        return namespace;
    }

    private static Object range(Arguments arguments) {
        Object[] given = arguments.bind("range", 1, "start", "stop", "step");
        if (given[1] == null) {
            return Range.of(0, Types.index(given[0]), 1);
        }
        return Range.of(Types.index(given[0]), Types.index(given[1]), given[2] == null ? 1 : Types.index(given[2]));
    }

    private static Object dict(Arguments arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        for (Object start : arguments.positional()) {
            if (arguments.positional().size() > 1 || !(start instanceof Map<?, ?> map)) {
                throw new TemplateException("dict takes named arguments, or one dict");
            }
            dict.putAll(map);
        }
        dict.putAll(arguments.named());
        return dict;
    }

    private static String formatted(LocalDateTime now, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%') {
                text.append(format.charAt(i));
                continue;
            }
            char field = ++i < format.length() ? format.charAt(i) : ' ';
            if (field == '%') {
                text.append('%');
            } else if (DATES.containsKey(field)) {
                text.append(
                        DateTimeFormatter.ofPattern(DATES.get(field), Locale.US).format(now));
            } else {
                throw new TemplateException("strftime_now does not support '%" + field + "'");
            }
        }
        return text.toString();
    }
}
