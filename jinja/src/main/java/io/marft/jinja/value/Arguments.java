package io.marft.jinja.value;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The values that a function, filter, test or macro is called with. */
public record Arguments(List<Object> positional, Map<String, Object> named) {

    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /**
     * The values of parameters.
     *
     * @param callee names the function in errors
     * @param required how many of the first parameters must be given
     * @return the values in the order of the parameters; null where none was given
     */
    public Object[] bind(String callee, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new TemplateException(
                    callee + " takes at most " + parameters.length + " arguments here, got: " + positional.size());
        }
        Object[] values = Arrays.copyOf(positional.toArray(), parameters.length);
        named.forEach((name, value) -> {
            int place = Arrays.asList(parameters).indexOf(name);
            if (place < 0 || values[place] != null) {
                throw new TemplateException(callee + " has no free argument '" + name + "' here");
            }
            values[place] = value;
        });
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw new TemplateException(callee + " lacks its argument '" + parameters[i] + "'");
            }
        }
        return values;
    }

    /** These arguments without the first {@code count} positional ones. */
    public Arguments after(int count) {
        return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
