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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Predicate;

/** The filters that take lists and other iterables. */
final class ListFilters {

    private ListFilters() {}

    static Object apply(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "join" -> joined(value, arguments.bind(name, 0, "d", "attribute"));
            case "list" -> {
                arguments.bind(name, 0);
                yield new ArrayList<>(Sequences.items(value));
            }
            case "first" -> {
                arguments.bind(name, 0);
                Object first =
                        value instanceof Iteration iteration ? iteration.next() : end(Sequences.items(value), true);
                yield first == null ? new Undefined("No first item, sequence was empty.") : first;
            }
            case "last" -> {
                arguments.bind(name, 0);
                Object last = end(reversible(value), false);
                yield last == null ? new Undefined("No last item, sequence was empty.") : last;
            }
            case "reverse" -> {
                arguments.bind(name, 0);
                yield reversed(value);
            }
            case "sort" -> {
                Object[] given = arguments.bind(name, 0, "reverse", "case_sensitive", "attribute");
                yield sorted(Sequences.items(value), key(given[2], flag(given[1])), flag(given[0]));
            }
            case "dictsort" -> dictSorted(value, arguments.bind(name, 0, "case_sensitive", "by", "reverse"));
            case "unique" -> {
                Object[] given = arguments.bind(name, 0, "case_sensitive", "attribute");
                yield unique(Sequences.items(value), key(given[1], flag(given[0])));
            }
            case "min", "max" -> {
                Object[] given = arguments.bind(name, 0, "case_sensitive", "attribute");
                List<Object> sorted = sorted(Sequences.items(value), key(given[1], flag(given[0])), name.equals("max"));
                yield sorted.isEmpty() ? new Undefined("No aggregated item, sequence was empty.") : sorted.get(0);
            }
            case "sum" -> {
                Object[] given = arguments.bind(name, 0, "attribute", "start");
                Object sum = given[1] == null ? 0L : given[1];
                for (Object item : Sequences.items(value)) {
                    sum = Arithmetic.apply("+", sum, attribute(item, given[0]));
                }
                yield sum;
            }
            case "map" -> mapped(value, arguments);
            case "select" -> chosen(value, holds(arguments));
            case "reject" -> chosen(value, holds(arguments).negate());
            case "selectattr", "rejectattr" -> {
                if (arguments.positional().isEmpty()) {
                    throw new TemplateException("filter '" + name + "' lacks its attribute");
                }
                Object path = arguments.positional().get(0);
                Predicate<Object> test = holds(arguments.after(1));
                Predicate<Object> ofPath = item -> test.test(Members.path(item, path));
                yield chosen(value, name.equals("selectattr") ? ofPath : ofPath.negate());
            }
            default -> throw new TemplateException("filter '" + name + "' is not supported");
        };
    }

    private static boolean flag(Object given) {
        return given != null && Types.truth(given);
    }

    private static Object attribute(Object item, Object path) {
        return path == null || path == None.NONE ? item : Members.path(item, path);
    }

    private static Object end(List<Object> items, boolean first) {
        return items.isEmpty() ? null : items.get(first ? 0 : items.size() - 1);
    }

    private static List<Object> reversible(Object value) {
        if (value instanceof Iteration iteration && !iteration.isView()) {
            throw new TemplateException("'generator' object is not reversible");
        }
        return Sequences.items(value);
    }

    private static Object reversed(Object value) {
        List<Object> items = new ArrayList<>(Sequences.items(value));
        Collections.reverse(items);
        if (value instanceof String) {
            StringBuilder text = new StringBuilder();
            items.forEach(text::append);
            return text.toString();
        }
        return value instanceof Iteration iteration && !iteration.isView() ? items : Iteration.generator(items);
    }

    private static String joined(Object value, Object[] given) {
        StringJoiner joiner = new StringJoiner(given[0] == null ? "" : Text.str(given[0]));
        Sequences.items(value).forEach(item -> joiner.add(Text.str(attribute(item, given[1]))));
        return joiner.toString();
    }

    /** The value that an item is compared by. */
    private interface Key {
        Object of(Object item);
    }

    private static Key key(Object path, boolean caseSensitive) {
        if (path instanceof String text && text.contains(",")) {
            throw new TemplateException("several attributes to sort by are not supported");
        }
        return item -> {
            Object value = attribute(item, path);
            return value instanceof String text && !caseSensitive ? text.toLowerCase(Locale.ROOT) : value;
        };
    }

    private static List<Object> sorted(List<Object> items, Key key, boolean reverse) {
        Comparator<Object> order = (a, b) -> Comparisons.order(key.of(a), key.of(b));
        List<Object> sorted = new ArrayList<>(items);
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static List<Object> dictSorted(Object value, Object[] given) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateException("filter 'dictsort' needs a mapping, got: " + Text.repr(value));
        }
        boolean byValue = given[1] != null && given[1].equals("value");
        Key key = key(byValue ? 1L : 0L, flag(given[0]));
        return sorted(Sequences.items(DictMethods.call(map, "items", Arguments.NONE)), key, flag(given[2]));
    }

    private static Object unique(List<Object> items, Key key) {
        List<Object> kept = new ArrayList<>();
        List<Object> seen = new ArrayList<>();
        for (Object item : items) {
            Object by = Types.hashable(key.of(item));
            if (seen.stream().noneMatch(other -> Comparisons.equal(other, by))) {
                seen.add(by);
                kept.add(item);
            }
        }
        return Iteration.generator(kept);
    }

    private static Object mapped(Object value, Arguments arguments) {
        List<Object> results = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            Object[] given = arguments.bind("map", 1, "attribute", "default");
            for (Object item : Sequences.items(value)) {
                Object result = Members.path(item, given[0]);
                results.add(result instanceof Undefined && given[1] != null ? given[1] : result);
            }
        } else {
            String filter = Types.string(arguments.positional().get(0));
            for (Object item : Sequences.items(value)) {
                results.add(Filters.apply(filter, item, arguments.after(1)));
            }
        }
        return Iteration.generator(results);
    }

    private static Predicate<Object> holds(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            return Types::truth;
        }
        String test = Types.string(arguments.positional().get(0));
        return item -> Tests.holds(test, item, arguments.after(1));
    }

    private static Object chosen(Object value, Predicate<Object> holds) {
        return Iteration.generator(Sequences.items(value).stream().filter(holds).toList());
    }
}
