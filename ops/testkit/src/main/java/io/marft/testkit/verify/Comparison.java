package io.marft.testkit.verify;

import io.marft.testkit.Log.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Compares the records that must be there with those that are there. It gives a line for each record that is missing,
 * double, too many, under a wrong key, or different. Not thread-safe.
 *
 * @param <T> the records
 */
final class Comparison<T extends SpecificRecord> {

    private static final int MOST_TEXT = 120;

    private final String kind;
    private final Function<T, String> name;
    private final Set<String> free;
    private final Map<String, T> expected = new TreeMap<>();
    private final Map<String, Placed<T>> found = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();

    /**
     * @param kind what lines call the records
     * @param name tells a record from all others that there may be, such as episode, step and agent
     * @param free names of fields whose values cannot be foretold, such as times
     */
    Comparison(String kind, Function<T, String> name, Set<String> free) {
        this.kind = kind;
        this.name = name;
        this.free = free;
    }

    /** Takes records that are there. A second one of the same name is a finding. */
    Comparison<T> found(List<Placed<T>> records, Function<T, String> key) {
        for (Placed<T> record : records) {
            String named = name.apply(record.value());
            Placed<T> before = found.putIfAbsent(named, record);
            if (before != null) {
                findings.add("double " + kind + " " + named + ": at " + place(before) + " and " + place(record));
            }
            if (!record.key().equals(key.apply(record.value()))) {
                findings.add("misplaced " + kind + " " + named + ": at " + place(record) + " under key '" + record.key()
                        + "'");
            }
        }
        return this;
    }

    /** The first record of a name. */
    Optional<T> get(String named) {
        return Optional.ofNullable(found.get(named)).map(Placed::value);
    }

    /** Says that a record must be there. */
    void expect(T record) {
        expected.put(name.apply(record), record);
    }

    /** A line for each difference. */
    List<String> findings() {
        List<String> all = new ArrayList<>(findings);
        expected.forEach((named, record) -> {
            if (!found.containsKey(named)) {
                all.add("missing " + kind + " " + named);
            }
        });
        found.forEach((named, record) -> {
            if (!expected.containsKey(named)) {
                all.add("extra " + kind + " " + named + ": at " + place(record));
            } else {
                differences(expected.get(named), record.value())
                        .forEach((field, values) -> all.add("differing " + kind + " " + named + ": at " + place(record)
                                + ", " + field + " must be " + values));
            }
        });
        return all;
    }

    private Map<String, String> differences(T wanted, T is) {
        Map<String, String> differences = new HashMap<>();
        for (Schema.Field field : wanted.getSchema().getFields()) {
            Object want = wanted.get(field.pos());
            Object have = is.get(field.pos());
            if (!free.contains(field.name()) && !Objects.equals(want, have)) {
                differences.put(field.name(), brief(want) + ", got: " + brief(have));
            }
        }
        return differences;
    }

    private static String brief(Object value) {
        String text = String.valueOf(value);
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "…" : text;
    }

    static String place(Placed<?> record) {
        return record.topic() + " " + record.partition() + "@" + record.offset();
    }
}
