package io.marft.jinja.value;

import java.util.HashMap;
import java.util.Map;

/** The object of {@code namespace(…)}: the one thing that a template may assign to from an inner scope. */
public final class Namespace {

    private final Map<String, Object> attributes = new HashMap<>();

    public Object get(String name) {
        Object value = attributes.get(name);
        return value == null ? Undefined.attribute(this, name) : value;
    }

    public void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new TemplateException("a namespace cannot hold the underscore-prefixed attribute '" + name + "'");
        }
        attributes.put(name, value);
    }
}
