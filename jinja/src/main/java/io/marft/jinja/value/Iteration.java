package io.marft.jinja.value;

import java.util.List;

/**
 * A Python iterable that is not a sequence: a generator, which gives its items once, or a view of a dict, which gives them any
 * number of times.
 */
public final class Iteration {

    private final String type;
    private final boolean view;
    private List<Object> items;

    private Iteration(String type, boolean view, List<Object> items) {
        this.type = type;
        this.view = view;
        this.items = items;
    }

    public static Iteration generator(List<Object> items) {
        return new Iteration("generator", false, items);
    }

    public static Iteration view(String type, List<Object> items) {
        return new Iteration(type, true, items);
    }

    String type() {
        return type;
    }

    public boolean isView() {
        return view;
    }

    /** Gives the items that were not given before; a view's items all the time. */
    List<Object> take() {
        List<Object> given = items;
        if (!view) {
            items = List.of();
        }
        return given;
    }

    /** Gives the next item, or null at the end; a view's first item all the time. */
    public Object next() {
        if (items.isEmpty()) {
            return null;
        }
        Object first = items.get(0);
        if (!view) {
            items = items.subList(1, items.size());
        }
        return first;
    }
}
