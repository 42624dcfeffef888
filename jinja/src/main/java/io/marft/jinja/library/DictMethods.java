package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Iteration;
import io.marft.jinja.value.None;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of Python's {@code dict}. */
final class DictMethods {

    /** The names of all methods of Python's {@code dict}; those that change a dict are refused when they are called. */
    static final Set<String> NAMES = Set.of(
            "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values");

    private DictMethods() {}

    static Object call(Map<?, ?> dict, String name, Arguments arguments) {
        if (name.equals("get")) {
            Object[] given = arguments.bind("get", 1, "key", "default");
            Object value = dict.get(given[0]);
            return value != null ? value : given[1] != null ? given[1] : None.NONE;
        } else if (!Set.of("items", "keys", "values").contains(name)) {
            throw new TemplateException("the dict method '" + name + "' is not supported");
        }
        arguments.bind(name, 0);
        List<Object> items = new ArrayList<>();
        dict.forEach((key, value) ->
                items.add(name.equals("keys") ? key : name.equals("values") ? value : Tuple.of(key, value)));
        return Iteration.view("dict_" + name, items);
    }
}
