package io.marft.jinja.value;

import java.util.List;
import java.util.Map;

/** Python's view of a value's type. */
public final class Types {

    private Types() {}

    /** The name that Python has for the type of a value. */
    public static String name(Object value) {
        if (value instanceof String) {
            return "str";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Long) {
            return "int";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Map) {
            return "dict";
        } else if (value instanceof Tuple) {
            return "tuple";
        } else if (value instanceof Range) {
            return "range";
        } else if (value instanceof Iteration iteration) {
            return iteration.type();
        } else if (value instanceof None) {
            return "NoneType";
        } else if (value instanceof Undefined) {
            return "Undefined";
        } else if (value instanceof Callable) {
            return "function";
        }
        return value.getClass().getSimpleName();
    }

    /** Whether Python counts a value as true. */
    public static boolean truth(Object value) {
        if (value instanceof Boolean truth) {
            return truth;
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof None || value instanceof Undefined) {
            return false;
        } else if (value instanceof Iteration iteration && !iteration.isView()) {
            return true;
        }
        return !Sequences.isSized(value) || Sequences.length(value) > 0;
    }

    /** The value as an integer, which booleans are in Python, too; null for any other value. */
    public static Long integer(Object value) {
        return value instanceof Boolean truth
                ? Long.valueOf(truth ? 1 : 0)
                : value instanceof Long number ? number : null;
    }

    /** The value as a floating-point number; null if it is not a number. */
    public static Double number(Object value) {
        Long integer = integer(value);
        return integer != null ? Double.valueOf(integer) : value instanceof Double number ? number : null;
    }

    /** The value of an argument that must be an integer. */
    public static int index(Object value) {
        Long integer = integer(value);
        if (integer == null) {
            throw new TemplateException("'" + name(value) + "' object cannot be interpreted as an integer");
        }
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, integer));
    }

    /** The value of an argument that must be a string. */
    public static String string(Object value) {
        if (value instanceof String string) {
            return string;
        }
        throw new TemplateException("expected a string, got: " + Text.repr(value));
    }

    /** Gives a value back if Python would take it for a key, and fails if not. */
    public static Object hashable(Object value) {
        if (value instanceof List || value instanceof Map) {
            throw new TemplateException("unhashable type: '" + name(value) + "'");
        }
        return value;
    }
}
