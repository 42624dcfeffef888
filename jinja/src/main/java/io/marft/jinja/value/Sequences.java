package io.marft.jinja.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lengths, items and slices of sequences. A string's items are its code points. */
public final class Sequences {

    /** The methods of Python's lists and tuples; calls of them are not supported. */
    public static final Set<String> METHODS =
            Set.of("append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort");

    private Sequences() {}

    /** Whether the value has items at places from 0 on. */
    public static boolean isSequence(Object value) {
        return value instanceof String || value instanceof List || value instanceof Tuple || value instanceof Range;
    }

    /** Whether the value has a length. */
    static boolean isSized(Object value) {
        return isSequence(value)
                || value instanceof Map
                || value instanceof Undefined
                || (value instanceof Iteration iteration && iteration.isView());
    }

    /** The length of a value, by Python's {@code len}. */
    public static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        } else if (value instanceof Map<?, ?> map) {
            return map.size();
        } else if (isSized(value)) {
            return items(value).size();
        }
        throw new TemplateException("object of type '" + Types.name(value) + "' has no len()");
    }

    /** The items that a loop over the value gives. */
    @SuppressWarnings("unchecked")
    public static List<Object> items(Object value) {
        if (value instanceof List) {
            return (List<Object>) value;
        } else if (value instanceof Tuple tuple) {
            return tuple.items();
        } else if (value instanceof Range range) {
            return range.items();
        } else if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        } else if (value instanceof Iteration iteration) {
            return iteration.take();
        } else if (value instanceof String text) {
            return text.codePoints()
                    .mapToObj(symbol -> (Object) Character.toString(symbol))
                    .toList();
        } else if (value instanceof Undefined) {
            return List.of();
        }
        throw new TemplateException("'" + Types.name(value) + "' object is not iterable");
    }

    /** Whether a loop over the value is possible. */
    public static boolean isIterable(Object value) {
        return isSized(value) || value instanceof Iteration;
    }

    /** The item at a place, which counts from the end if it is negative; null if there is none. */
    public static Object at(Object sequence, long place) {
        List<Object> items = items(sequence);
        long index = place < 0 ? place + items.size() : place;
        return index < 0 || index >= items.size() ? null : items.get((int) index);
    }

    /** Python's {@code sequence[start:stop:step]}, with {@link None} for a part left out. */
    public static Object slice(Object sequence, Object start, Object stop, Object step) {
        if (sequence instanceof Undefined undefined) {
            throw undefined.failure();
        } else if (!isSequence(sequence) || sequence instanceof Range) {
            throw new TemplateException("a value of type " + Types.name(sequence) + " cannot be sliced here");
        }
        List<Object> items = items(sequence);
        int stride = step == None.NONE ? 1 : Types.index(step);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int lowest = stride > 0 ? 0 : -1;
        int highest = stride > 0 ? items.size() : items.size() - 1;
        int from = bound(start, stride > 0 ? lowest : highest, items.size(), lowest, highest);
        int to = bound(stop, stride > 0 ? highest : lowest, items.size(), lowest, highest);
        List<Object> taken = new ArrayList<>();
        for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
            taken.add(items.get((int) i));
        }
        if (sequence instanceof String) {
            StringBuilder text = new StringBuilder();
            taken.forEach(text::append);
            return text.toString();
        }
        return sequence instanceof Tuple ? new Tuple(taken) : taken;
    }

    private static int bound(Object given, int absent, int length, int lowest, int highest) {
        if (given == None.NONE) {
            return absent;
        }
        long place = Types.index(given);
        return (int) Math.max(lowest, Math.min(highest, place < 0 ? place + length : place));
    }
}
