package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Arithmetic;
import io.marft.jinja.value.Comparisons;
import io.marft.jinja.value.Iteration;
import io.marft.jinja.value.None;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Types;
import io.marft.jinja.value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filters {@code value | name} that take single values; {@link ListFilters} has those that take lists. */
public final class Filters {

    private static final Pattern WORD =
            Pattern.compile("([-" + Whitespace.CLASS + "({\\[<]+)|[^-({\\[<" + Whitespace.ALL + "]+");

    private Filters() {}

    public static Object apply(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "trim" -> {
                Object characters = arguments.bind(name, 0, "chars")[0];
                yield Whitespace.strip(
                        Text.str(value),
                        characters == null || characters == None.NONE ? null : Types.string(characters),
                        true,
                        true);
            }
            case "upper" -> plain(name, arguments, Text.str(value).toUpperCase(Locale.ROOT));
            case "lower" -> plain(name, arguments, Text.str(value).toLowerCase(Locale.ROOT));
            case "capitalize" -> plain(name, arguments, StringMethods.capitalised(Text.str(value)));
            case "title" -> plain(name, arguments, title(Text.str(value)));
            case "string" -> plain(name, arguments, Text.str(value));
            case "length", "count" -> plain(name, arguments, Sequences.length(value));
            case "tojson" -> Json.of(value, arguments);
            case "default", "d" -> {
                Object[] given = arguments.bind(name, 0, "default_value", "boolean");
                boolean replace = value instanceof Undefined
                        || (given[1] != null && Types.truth(given[1]) && !Types.truth(value));
                yield !replace ? value : given[0] == null ? "" : given[0];
            }
            case "replace" -> {
                Object[] given = arguments.bind(name, 2, "old", "new", "count");
                yield StringMethods.replaced(
                        Text.str(value),
                        Text.str(given[0]),
                        Text.str(given[1]),
                        given[2] == null || given[2] == None.NONE ? -1 : Types.index(given[2]));
            }
            case "indent" -> indented(Types.string(value), arguments.bind(name, 0, "width", "first", "blank"));
            case "abs" -> plain(name, arguments, absolute(value));
            case "int" -> {
                Object[] given = arguments.bind(name, 0, "default");
                yield integer(value, given[0] == null ? 0L : given[0]);
            }
            case "float" -> {
                Object[] given = arguments.bind(name, 0, "default");
                Object number = decimal(value);
                yield number != null ? number : given[0] == null ? 0.0 : given[0];
            }
            case "round" -> rounded(value, arguments.bind(name, 0, "precision", "method"));
            case "items" -> plain(name, arguments, items(value));
            default -> ListFilters.apply(name, value, arguments);
        };
    }

    private static <T> T plain(String name, Arguments arguments, T result) {
        arguments.bind("filter '" + name + "'", 0);
        return result;
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        for (Matcher word = WORD.matcher(text); word.find(); ) {
            String part = word.group();
            int rest = part.offsetByCodePoints(0, 1);
            title.append(part.substring(0, rest).toUpperCase(Locale.ROOT))
                    .append(part.substring(rest).toLowerCase(Locale.ROOT));
        }
        return title.toString();
    }

    private static String indented(String text, Object[] given) {
        String indent = given[0] instanceof String own
                ? own
                : " ".repeat(given[0] == null ? 4 : Math.max(0, Types.index(given[0])));
        boolean first = given[1] != null && Types.truth(given[1]);
        boolean blank = given[2] != null && Types.truth(given[2]);
        StringBuilder result = new StringBuilder();
        List<Object> lines = Splitting.lines(text + "\n", false);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            boolean indents = i == 0 ? first : blank || !line.isEmpty();
            result.append(i == 0 ? "" : "\n").append(indents ? indent : "").append(line);
        }
        return result.toString();
    }

    private static Object integer(Object value, Object fallback) {
        Long integer = Types.integer(value);
        if (integer != null) {
            return integer;
        }
        if (value instanceof String text && Whitespace.strip(text).matches("[+-]?[0-9]{1,18}")) {
            return Long.parseLong(Whitespace.strip(text));
        }
        Object number = decimal(value);
        if (number instanceof Double decimal && Math.abs(decimal) < 0x1p63) {
            return (long) (double) decimal;
        } else if (number != null) {
            throw new TemplateException("an integer of more than 64 bits is not supported");
        }
        return fallback;
    }

    /** The number that a text stands for; null if it stands for none. */
    private static Object decimal(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        } else if (value instanceof String text) {
            String digits = Whitespace.strip(text);
            boolean number = digits.matches("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
            return number ? Double.valueOf(digits) : null;
        }
        return Types.number(value);
    }

    private static Object rounded(Object value, Object[] given) {
        Double number = Types.number(value);
        if (number == null) {
            throw new TemplateException("filter 'round' needs a number, got: " + Text.repr(value));
        } else if (given[1] != null && !given[1].equals("common")) {
            throw new TemplateException("filter 'round' is supported with the method 'common' only");
        }
        int precision = given[0] == null ? 0 : Types.index(given[0]);
        if (Types.integer(value) != null && precision >= 0) {
            return Types.integer(value);
        }
        return new BigDecimal(number)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .doubleValue();
    }

    private static Object absolute(Object value) {
        Object number = Arithmetic.positive(value);
        return Comparisons.order(number, 0L) < 0 ? Arithmetic.negated(number) : number;
    }

    private static Object items(Object value) {
        if (value instanceof Undefined) {
            return Iteration.generator(List.of());
        } else if (value instanceof Map<?, ?> map) {
            return Iteration.generator(Sequences.items(DictMethods.call(map, "items", Arguments.NONE)));
        }
        throw new TemplateException("Can only get item pairs from a mapping.");
    }
}
