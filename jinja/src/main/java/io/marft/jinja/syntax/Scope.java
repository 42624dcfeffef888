package io.marft.jinja.syntax;

import io.marft.jinja.value.Undefined;
import java.util.HashMap;
import java.util.Map;

/** The names that a part of a template sees: its own first, then those of the part around it. An assignment stays in its scope. */
public final class Scope {

    private final Scope outer;
    private final Map<String, Object> names = new HashMap<>();

    private Scope(Scope outer) {
        this.outer = outer;
    }

    public static Scope of(Map<String, Object> names) {
        Scope scope = new Scope(null);
        scope.names.putAll(names);
        return scope;
    }

    public Scope inner() {
        return new Scope(this);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Object value = scope.names.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Undefined("'" + name + "' is undefined");
    }

    void set(String name, Object value) {
        names.put(name, value);
    }
}
