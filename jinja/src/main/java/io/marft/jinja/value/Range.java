package io.marft.jinja.value;

import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code range}.
 *
 * @param items the numbers of the range
 */
public record Range(long start, long stop, long step, List<Object> items) {

    /** The most numbers of a range, as jinja2's sandbox limits it. */
    private static final int LONGEST = 100_000;

    public static Range of(long start, long stop, long step) {
        if (step == 0) {
            throw new TemplateException("range() arg 3 must not be zero");
        }
        List<Object> items = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (items.size() == LONGEST) {
                throw new TemplateException("range() is longer than " + LONGEST);
            }
            items.add(i);
        }
        return new Range(start, stop, step, items);
    }
}
