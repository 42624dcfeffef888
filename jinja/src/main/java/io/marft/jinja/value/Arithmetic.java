package io.marft.jinja.value;

import java.util.ArrayList;
import java.util.List;

/** Python's {@code + - * / // % **}. Integers beyond 64 bits are refused. */
public final class Arithmetic {

    private Arithmetic() {}

    public static Object apply(String operator, Object left, Object right) {
        refuseUndefined(left);
        refuseUndefined(right);
        Long a = Types.integer(left);
        Long b = Types.integer(right);
        try {
            if (a != null && b != null) {
                return integers(operator, a, b);
            }
        } catch (ArithmeticException e) {
            throw new TemplateException("an integer of more than 64 bits is not supported");
        }
        Double x = Types.number(left);
        Double y = Types.number(right);
        if (x != null && y != null) {
            return floats(operator, x, y);
        }
        Object joined = sequences(operator, left, right);
        if (joined == null) {
            throw new TemplateException("operator " + operator + " is not supported for '" + Types.name(left)
                    + "' and '" + Types.name(right) + "'");
        }
        return joined;
    }

    public static Object negated(Object value) {
        return apply("-", value instanceof Double ? (Object) (-0.0) : (Object) 0L, value);
    }

    public static Object positive(Object value) {
        return apply("+", 0L, value);
    }

    private static void refuseUndefined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
    }

    private static Object integers(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, divisor(b));
            case "%" -> Math.floorMod(a, divisor(b));
            case "**" -> b < 0 ? (Object) floats(operator, (double) a, (double) b) : (Object) power(a, b);
            default -> (double) a / divisor(b);
        };
    }

    private static long power(long base, long exponent) {
        long power = 1;
        for (long i = 0; i < exponent; i++) {
            power = Math.multiplyExact(power, base);
            if (power == 0 || power == 1) {
                return exponent == 0 ? 1 : power;
            }
        }
        return power;
    }

    private static long divisor(long value) {
        if (value == 0) {
            throw new TemplateException("division by zero");
        }
        return value;
    }

    private static double floats(String operator, double x, double y) {
        boolean divides = List.of("/", "//", "%").contains(operator);
        if ((y == 0 && divides) || (x == 0 && y < 0 && operator.equals("**"))) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> x / y;
            case "//" -> Math.floor(x / y);
            case "%" -> x - y * Math.floor(x / y);
            default -> Math.pow(x, y);
        };
    }

    /** The result of an operator; null if it does not take these operands. */
    private static Object sequences(String operator, Object left, Object right) {
        if (operator.equals("+")) {
            if (left instanceof String a && right instanceof String b) {
                return a + b;
            } else if (left instanceof List && right instanceof List) {
                return concatenated(left, right);
            } else if (left instanceof Tuple && right instanceof Tuple) {
                return new Tuple(concatenated(left, right));
            }
        } else if (operator.equals("*")) {
            Object sequence = Types.integer(right) == null ? right : left;
            Long times = Types.integer(sequence == left ? right : left);
            if (times != null && times <= 10_000) {
                if (sequence instanceof String text) {
                    return text.repeat((int) Math.max(0, times));
                } else if (sequence instanceof List) {
                    List<Object> repeated = new ArrayList<>();
                    for (long i = 0; i < times; i++) {
                        repeated.addAll(Sequences.items(sequence));
                    }
                    return repeated;
                }
            }
        }
        return null;
    }

    private static List<Object> concatenated(Object left, Object right) {
        List<Object> both = new ArrayList<>(Sequences.items(left));
        both.addAll(Sequences.items(right));
        return both;
    }
}
