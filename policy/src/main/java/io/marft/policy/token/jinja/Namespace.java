package io.marft.policy.token.jinja;

import java.util.HashMap;
import java.util.Map;

/** The object of {@code namespace(…)}: the one thing that a template may assign to from an inner scope. */
final class Namespace {

    private final Map<String, Object> attributes = new HashMap<>();

    Object get(String name) {
        Object value = attributes.get(name);
        return value == null ? Undefined.attribute(this, name) : value;
    }

    void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new TemplateException("a namespace cannot hold the underscore-prefixed attribute '" + name + "'");
        }
        attributes.put(name, value);
    }
}
