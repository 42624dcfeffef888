package io.marft.jinja.syntax;

import io.marft.jinja.value.TemplateException;
import java.util.Map;

/** The backslash escapes of a string literal, as Python's codec {@code unicode-escape} reads them. */
final class Escapes {

    private static final Map<Character, String> SHORT = Map.ofEntries(
            Map.entry('\n', ""),
            Map.entry('\\', "\\"),
            Map.entry('\'', "'"),
            Map.entry('"', "\""),
            Map.entry('a', "\u0007"),
            Map.entry('b', "\b"),
            Map.entry('f', "\f"),
            Map.entry('n', "\n"),
            Map.entry('r', "\r"),
            Map.entry('t', "\t"),
            Map.entry('v', "\u000b"));
    private static final Map<Character, Integer> DIGITS = Map.of('x', 2, 'u', 4, 'U', 8);

    private Escapes() {}

    /** The value of the text between a literal's quotes. */
    static String decoded(String literal) {
        StringBuilder value = new StringBuilder();
        int i = 0;
        while (i < literal.length()) {
            char symbol = literal.charAt(i++);
            if (symbol != '\\') {
                value.append(symbol);
                continue;
            }
            char escape = literal.charAt(i++);
            if (SHORT.containsKey(escape)) {
                value.append(SHORT.get(escape));
            } else if (DIGITS.containsKey(escape)) {
                int end = i + DIGITS.get(escape);
                value.appendCodePoint(codePoint(literal, i, end));
                i = end;
            } else if (escape >= '0' && escape <= '7') {
                int end = i;
                while (end < Math.min(i + 2, literal.length()) && "01234567".indexOf(literal.charAt(end)) >= 0) {
                    end++;
                }
                value.appendCodePoint(Integer.parseInt(literal.substring(i - 1, end), 8));
                i = end;
            } else if (escape == 'N') {
                throw new TemplateException("the escape \\N in a string is not supported");
            } else if (escape >= 0x80) {
                // jinja2 turns a character beyond ASCII into an escape before it decodes; the backslash escapes that
                // escape.
                int codePoint = literal.codePointAt(i - 1);
                value.append(String.format(
                        codePoint < 0x100 ? "\\x%02x" : codePoint < 0x10000 ? "\\u%04x" : "\\U%08x", codePoint));
                i += Character.charCount(codePoint) - 1;
            } else {
                value.append('\\').append(escape);
            }
        }
        return value.toString();
    }

    private static int codePoint(String literal, int start, int end) {
        String digits = literal.substring(start, Math.min(end, literal.length()));
        if (end > literal.length() || !digits.matches("\\p{XDigit}+") || Long.parseLong(digits, 16) > 0x10FFFF) {
            throw new TemplateException("a string has an escape with broken digits: \\…" + digits);
        }
        return Integer.parseInt(digits, 16);
    }
}
