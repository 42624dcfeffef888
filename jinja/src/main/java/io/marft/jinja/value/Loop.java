package io.marft.jinja.value;

import java.util.List;

/** The variable {@code loop} inside of a {@code {% for … %}}. */
public final class Loop {

    private final List<Object> items;
    private int index = -1;
    private Object lastSeen = Undefined.NOTHING;

    public Loop(List<Object> items) {
        this.items = items;
    }

    /** Goes to the next item; false at the end. */
    public boolean advance() {
        return ++index < items.size();
    }

    public Object item() {
        return items.get(index);
    }

    public Object get(String name) {
        return switch (name) {
            case "index" -> (long) index + 1;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> (long) items.size() - index - 1;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> Undefined.attribute(this, name);
        };
    }

    private Object cycle(Arguments arguments) {
        List<Object> values = arguments.positional();
        if (values.isEmpty()) {
            throw new TemplateException("no items for cycling given");
        }
        return values.get(index % values.size());
    }

    private Object changed(Arguments arguments) {
        Tuple value = new Tuple(arguments.positional());
        boolean changed = !Comparisons.equal(value, lastSeen);
        lastSeen = value;
        return changed;
    }
}
