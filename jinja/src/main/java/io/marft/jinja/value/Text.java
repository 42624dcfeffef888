package io.marft.jinja.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Writes values as text, as Python's {@code str} and {@code repr} do. */
public final class Text {

    private Text() {}

    /** The text of a value, as {@code str(value)} gives it. */
    public static String str(Object value) {
        return value instanceof String text ? text : value instanceof Undefined ? "" : repr(value);
    }

    /** The text of a value inside of others, as {@code repr(value)} gives it. */
    public static String repr(Object value) {
        if (value instanceof String text) {
            return quoted(text);
        } else if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        } else if (value instanceof None) {
            return "None";
        } else if (value instanceof Undefined) {
            return "Undefined";
        } else if (value instanceof Long) {
            return value.toString();
        } else if (value instanceof Double number) {
            return decimal(number);
        } else if (value instanceof List<?> list) {
            return joined(list, "[", "]");
        } else if (value instanceof Tuple tuple) {
            return joined(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")");
        } else if (value instanceof Map<?, ?> map) {
            StringJoiner items = new StringJoiner(", ", "{", "}");
            map.forEach((key, item) -> items.add(repr(key) + ": " + repr(item)));
            return items.toString();
        } else if (value instanceof Range range) {
            return "range(" + range.start() + ", " + range.stop() + (range.step() == 1 ? "" : ", " + range.step())
                    + ")";
        } else if (value instanceof Iteration iteration && iteration.isView()) {
            return joined(iteration.take(), iteration.type() + "([", "])");
        }
        throw new TemplateException("a value of type " + Types.name(value) + " has no text");
    }

    /** A float as Python writes it: with the fewest digits that give it back, and an exponent below 1e-4 and from 1e16 on. */
    public static String decimal(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        } else if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(number);
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= 17; digits++) {
            shortest = exact.round(new MathContext(digits));
            if (shortest.doubleValue() == number) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + "e"
                + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static String joined(List<?> items, String begin, String end) {
        StringJoiner joiner = new StringJoiner(", ", begin, end);
        items.forEach(item -> joiner.add(repr(item)));
        return joiner.toString();
    }

    private static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(symbol -> {
            switch (symbol) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (symbol == quote) {
                        quoted.append('\\').append(quote);
                    } else if (isPrintable(symbol)) {
                        quoted.appendCodePoint(symbol);
                    } else {
                        quoted.append(
                                symbol < 0x100
                                        ? String.format("\\x%02x", symbol)
                                        : String.format(symbol < 0x10000 ? "\\u%04x" : "\\U%08x", symbol));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    private static boolean isPrintable(int symbol) {
        return switch (Character.getType(symbol)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> symbol == ' ';
            default -> true;
        };
    }
}
