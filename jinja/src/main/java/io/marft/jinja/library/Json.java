package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Comparisons;
import io.marft.jinja.value.None;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Tuple;
import io.marft.jinja.value.Types;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes JSON as Python's {@code json.dumps} does where the filter {@code tojson} of transformers calls it. */
final class Json {

    private final boolean ascii;
    private final boolean sorted;
    private final String indent;
    private final String comma;
    private final String colon;
    private final StringBuilder out = new StringBuilder();

    private Json(boolean ascii, boolean sorted, String indent, String comma, String colon) {
        this.ascii = ascii;
        this.sorted = sorted;
        this.indent = indent;
        this.comma = comma;
        this.colon = colon;
    }

    static String of(Object value, Arguments arguments) {
        Object[] given = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = null;
        if (given[1] instanceof String text) {
            indent = text;
        } else if (given[1] != null && given[1] != None.NONE) {
            indent = " ".repeat(Math.max(0, Types.index(given[1])));
        }
        String comma = indent == null ? ", " : ",";
        String colon = ": ";
        if (given[2] != null && given[2] != None.NONE) {
            List<Object> separators = Sequences.items(given[2]);
            if (separators.size() != 2) {
                throw new TemplateException("separators of tojson must be two, got: " + separators.size());
            }
            comma = Types.string(separators.get(0));
            colon = Types.string(separators.get(1));
        }
        Json json = new Json(
                given[0] != null && Types.truth(given[0]),
                given[3] != null && Types.truth(given[3]),
                indent,
                comma,
                colon);
        json.write(value, 1);
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        if (value instanceof String text) {
            string(text);
        } else if (value instanceof None) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            String text = Text.decimal(number);
            out.append(text.equals("nan") ? "NaN" : text.replace("inf", "Infinity"));
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof List || value instanceof Tuple) {
            list(Sequences.items(value), depth);
        } else {
            throw new TemplateException("Object of type " + Types.name(value) + " is not JSON serializable");
        }
    }

    private void map(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        Map<Object, Object> entries = new TreeMap<>(Comparisons::order);
        if (sorted) {
            entries.putAll(map);
        }
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> i =
                        (sorted ? entries : map).entrySet().iterator();
                i.hasNext(); ) {
            Map.Entry<?, ?> entry = i.next();
            newLine(depth);
            string(Text.str(entry.getKey()));
            out.append(colon);
            write(entry.getValue(), depth + 1);
            out.append(i.hasNext() ? comma : "");
        }
        newLine(depth - 1);
        out.append('}');
    }

    private void list(List<Object> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            newLine(depth);
            write(items.get(i), depth + 1);
            out.append(i + 1 < items.size() ? comma : "");
        }
        newLine(depth - 1);
        out.append(']');
    }

    private void newLine(int depth) {
        if (indent != null) {
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char symbol = text.charAt(i);
            switch (symbol) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (symbol < ' ' || (ascii && symbol > '~')) {
                        out.append(String.format("\\u%04x", (int) symbol));
                    } else {
                        out.append(symbol);
                    }
                }
            }
        }
        out.append('"');
    }
}
