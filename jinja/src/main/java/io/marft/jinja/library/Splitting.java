package io.marft.jinja.library;

import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Tuple;
import io.marft.jinja.value.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cuts strings into pieces, as Python's {@code str} does. */
final class Splitting {

    private Splitting() {}

    /**
     * Cuts as {@code split} and {@code rsplit} do.
     *
     * @param separator the string to cut at; null for runs of white space
     * @param most the largest number of cuts; negative for any number
     */
    static List<Object> split(String text, Object separator, int most, boolean fromRight) {
        if (separator == null) {
            return words(text, most, fromRight);
        }
        String cut = Types.string(separator);
        if (cut.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        List<Object> pieces = new ArrayList<>();
        String rest = text;
        while (most < 0 || pieces.size() < most) {
            int place = fromRight ? rest.lastIndexOf(cut) : rest.indexOf(cut);
            if (place < 0) {
                break;
            }
            pieces.add(fromRight ? rest.substring(place + cut.length()) : rest.substring(0, place));
            rest = fromRight ? rest.substring(0, place) : rest.substring(place + cut.length());
        }
        pieces.add(rest);
        return ordered(pieces, fromRight);
    }

    /** Cuts as {@code splitlines} does. */
    static List<Object> lines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(text.charAt(i)) >= 0) {
                int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(start, keepEnds ? end : i));
                start = end;
                i = end - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** Cuts as {@code partition} and {@code rpartition} do. */
    static Tuple partition(String text, String separator, boolean fromRight) {
        if (separator.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        int place = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (place < 0) {
            return fromRight ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, place), separator, text.substring(place + separator.length()));
    }

    private static List<Object> words(String text, int most, boolean fromRight) {
        List<Object> words = new ArrayList<>();
        String rest = Whitespace.strip(text, null, !fromRight, fromRight);
        while (!rest.isEmpty() && (most < 0 || words.size() < most)) {
            int[] symbols = rest.codePoints().toArray();
            int length = 0;
            while (length < symbols.length
                    && !Whitespace.is(symbols[fromRight ? symbols.length - 1 - length : length])) {
                length++;
            }
            int end = fromRight ? rest.offsetByCodePoints(rest.length(), -length) : rest.offsetByCodePoints(0, length);
            words.add(fromRight ? rest.substring(end) : rest.substring(0, end));
            rest = Whitespace.strip(
                    fromRight ? rest.substring(0, end) : rest.substring(end), null, !fromRight, fromRight);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        return ordered(words, fromRight);
    }

    private static List<Object> ordered(List<Object> pieces, boolean reversed) {
        if (reversed) {
            Collections.reverse(pieces);
        }
        return pieces;
    }
}
