package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Arithmetic;
import io.marft.jinja.value.Callable;
import io.marft.jinja.value.Comparisons;
import io.marft.jinja.value.Loop;
import io.marft.jinja.value.None;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Types;
import io.marft.jinja.value.Undefined;
import java.util.Map;

/** The tests {@code value is name}. */
public final class Tests {

    private static final Map<String, String> COMPARISONS = Map.ofEntries(
            Map.entry("eq", "=="),
            Map.entry("equalto", "=="),
            Map.entry("ne", "!="),
            Map.entry("lt", "<"),
            Map.entry("lessthan", "<"),
            Map.entry("le", "<="),
            Map.entry("gt", ">"),
            Map.entry("greaterthan", ">"),
            Map.entry("ge", ">="),
            Map.entry("in", "in"));

    private Tests() {}

    public static boolean holds(String name, Object value, Arguments arguments) {
        if (COMPARISONS.containsKey(name)) {
            return Comparisons.holds(COMPARISONS.get(name), value, arguments.bind(name, 1, "other")[0]);
        } else if (name.equals("divisibleby")) {
            return Arithmetic.apply("%", value, arguments.bind(name, 1, "num")[0])
                    .equals(0L);
        } else if (name.equals("sameas")) {
            return same(value, arguments.bind(name, 1, "other")[0]);
        }
        arguments.bind("test '" + name + "'", 0);
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value instanceof None;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "number" -> Types.number(value) != null;
            case "iterable" -> Sequences.isIterable(value) || value instanceof Loop;
            case "sequence" -> Sequences.isSequence(value) || value instanceof Map || value instanceof Undefined;
            case "callable" -> value instanceof Callable || value instanceof Undefined;
            case "odd" -> Comparisons.equal(Arithmetic.apply("%", value, 2L), 1L);
            case "even" -> Comparisons.equal(Arithmetic.apply("%", value, 2L), 0L);
            case "upper" -> StringMethods.isUpper(Text.str(value));
            case "lower" -> StringMethods.isLower(Text.str(value));
            default -> throw new TemplateException("test '" + name + "' is not supported");
        };
    }

    private static boolean same(Object value, Object other) {
        if (value instanceof Boolean || value instanceof None || other instanceof Boolean || other instanceof None) {
            return value.equals(other);
        }
        throw new TemplateException("test 'sameas' is supported for true, false and none only");
    }
}
