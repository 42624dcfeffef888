package io.marft.schemas.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Implementations of one interface by the names that records call them by, as a reference names its verifier. Immutable.
 *
 * @param <T> the interface
 */
public final class ByName<T> {

    private final String kind;
    private final Map<String, T> byName = new TreeMap<>();

    /**
     * @param kind what they are, in one word, for messages
     * @param name each one's own name
     * @throws IllegalArgumentException if one has no name, or two have the same
     */
    public ByName(String kind, Function<T, String> name, Iterable<T> all) {
        this.kind = kind;
        for (T one : all) {
            String own = name.apply(one);
            if (own == null || own.isBlank()) {
                throw new IllegalArgumentException(kind + " " + one.getClass().getName() + " has no name: give it one");
            }
            T other = byName.put(own, one);
            if (other != null) {
                throw new IllegalArgumentException(kind + " '" + own + "' is both "
                        + other.getClass().getName() + " and " + one.getClass().getName() + ": rename one");
            }
        }
    }

    /**
     * All that Java's {@link ServiceLoader} finds: each has a class, public and with a public constructor without
     * parameters, and a line in a file {@code META-INF/services/INTERFACE} of this build or of any jar on the class path.
     *
     * @throws IllegalArgumentException if a line names no such class, or for what the constructor refuses
     */
    public static <T> ByName<T> onClassPath(Class<T> type, String kind, Function<T, String> name) {
        try {
            return new ByName<>(kind, name, ServiceLoader.load(type));
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException(
                    kind + " on the class path cannot be used: " + e.getMessage()
                            + "; mend its line in META-INF/services, or its class",
                    e);
        }
    }

    /** The one of that name. */
    public Optional<T> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public T get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }

    /** Says, in one line, that there is none of that name, and which there are. */
    public String unknown(String name) {
        return kind + " '" + name + "' is unknown: use one of " + names();
    }

    /** All names, sorted. */
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }
}
