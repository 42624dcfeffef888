package io.marft.jinja.library;

import io.marft.jinja.value.Callable;
import io.marft.jinja.value.Loop;
import io.marft.jinja.value.Namespace;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Types;
import io.marft.jinja.value.Undefined;
import java.util.Map;

/**
 * Looks up members of values by jinja2's rules: {@code a.b} tries the attribute first, {@code a['b']} the item.
 */
public final class Members {

    private Members() {}

    /** The value of {@code owner.name}. */
    public static Object attribute(Object owner, String name) {
        Object own = ownAttribute(owner, name);
        if (own != null) {
            return own;
        }
        Object item = owner instanceof Map<?, ?> map ? map.get(name) : null;
        return item == null ? missing(owner, name) : item;
    }

    /** The value of {@code owner[key]}. */
    public static Object item(Object owner, Object key) {
        Object item = null;
        if (owner instanceof Map<?, ?> map) {
            item = map.get(key);
        } else if (Types.integer(key) != null && Sequences.isSequence(owner)) {
            item = Sequences.at(owner, Types.integer(key));
        }
        if (item == null && key instanceof String name) {
            item = ownAttribute(owner, name);
        }
        return item == null ? missing(owner, key) : item;
    }

    /** The value at a path such as {@code function.name} or {@code 0.role}, as the filters' {@code attribute} names it. */
    static Object path(Object owner, Object path) {
        if (path instanceof Long) {
            return item(owner, path);
        }
        Object value = owner;
        for (String part : Types.string(path).split("\\.", -1)) {
            value = item(value, part.matches("[0-9]+") ? (Object) Long.valueOf(part) : part);
        }
        return value;
    }

    private static Object missing(Object owner, Object key) {
        if (owner instanceof Undefined undefined) {
            throw undefined.failure();
        }
        return Undefined.attribute(owner, key);
    }

    private static Object ownAttribute(Object owner, String name) {
        if (owner instanceof String text && StringMethods.NAMES.contains(name)) {
            return (Callable) arguments -> StringMethods.call(text, name, arguments);
        } else if (owner instanceof Map<?, ?> map && DictMethods.NAMES.contains(name)) {
            return (Callable) arguments -> DictMethods.call(map, name, arguments);
        } else if (owner instanceof Loop loop) {
            return loop.get(name);
        } else if (owner instanceof Namespace namespace) {
            return namespace.get(name);
        } else if (owner instanceof Callable || (Sequences.METHODS.contains(name) && Sequences.isSequence(owner))) {
            throw new TemplateException("attribute '" + name + "' of a " + Types.name(owner) + " is not supported");
        }
        return null;
    }
}
