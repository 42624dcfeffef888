package io.marft.jinja.value;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Python's comparisons and {@code in}. */
public final class Comparisons {

    private Comparisons() {}

    public static boolean holds(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            case ">=" -> order(left, right) >= 0;
            case "in" -> contains(right, left);
            default -> !contains(right, left);
        };
    }

    /** Whether two values are equal by Python's {@code ==}. */
    public static boolean equal(Object left, Object right) {
        Long a = Types.integer(left);
        Long b = Types.integer(right);
        if (a != null && b != null) {
            return a.equals(b);
        }
        Double x = Types.number(left);
        Double y = Types.number(right);
        if (x != null && y != null) {
            return x.doubleValue() == y.doubleValue();
        } else if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        } else if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
            return one.size() == other.size()
                    && one.entrySet().stream()
                            .allMatch(entry -> other.containsKey(entry.getKey())
                                    && equal(entry.getValue(), other.get(entry.getKey())));
        } else if (left instanceof List<?> one && right instanceof List<?> other) {
            return equalItems(one, other);
        } else if (left instanceof Tuple one && right instanceof Tuple other) {
            return equalItems(one.items(), other.items());
        } else if (left instanceof Range one && right instanceof Range other) {
            return equalItems(one.items(), other.items());
        }
        return left instanceof String ? left.equals(right) : left == right;
    }

    /** Python's order of two values; strings are compared by code points. */
    public static int order(Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        } else if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Long a = Types.integer(left);
        Long b = Types.integer(right);
        if (a != null && b != null) {
            return Long.compare(a, b);
        }
        Double x = Types.number(left);
        Double y = Types.number(right);
        if (x != null && y != null) {
            return Double.compare(x, y);
        } else if (left instanceof String one && right instanceof String other) {
            return Arrays.compare(one.codePoints().toArray(), other.codePoints().toArray());
        } else if (left instanceof List<?> one && right instanceof List<?> other) {
            return orderOfItems(one, other);
        } else if (left instanceof Tuple one && right instanceof Tuple other) {
            return orderOfItems(one.items(), other.items());
        }
        throw new TemplateException("'" + Types.name(left) + "' and '" + Types.name(right) + "' have no order");
    }

    private static boolean contains(Object container, Object item) {
        if (container instanceof String text) {
            if (item instanceof String part) {
                return text.contains(part);
            }
            throw new TemplateException("'in <string>' requires string as left operand, not " + Types.name(item));
        } else if (container instanceof Map<?, ?> map) {
            return map.containsKey(Types.hashable(item));
        } else if (container instanceof Namespace || container instanceof Loop || !Sequences.isIterable(container)) {
            throw new TemplateException("argument of type '" + Types.name(container) + "' is not iterable");
        }
        return Sequences.items(container).stream().anyMatch(other -> equal(other, item));
    }

    private static boolean equalItems(List<?> one, List<?> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            if (!equal(one.get(i), other.get(i))) {
                return false;
            }
        }
        return one.size() == other.size();
    }

    private static int orderOfItems(List<?> one, List<?> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            if (!equal(one.get(i), other.get(i))) {
                return order(one.get(i), other.get(i));
            }
        }
        return Integer.compare(one.size(), other.size());
    }
}
