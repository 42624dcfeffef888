package io.marft.reward.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The verifiers that a reward service can judge with, by name. Immutable. */
public final class Verifiers {

    private final Map<String, Verifier> byName = new TreeMap<>();

    /** @throws IllegalArgumentException if two have the same name */
    public Verifiers(List<Verifier> verifiers) {
        for (Verifier verifier : verifiers) {
            if (byName.put(verifier.name(), verifier) != null) {
                throw new IllegalArgumentException("two verifiers are named " + verifier.name() + ": rename one");
            }
        }
    }

    /** All that come with this module. */
    public static Verifiers bundled() {
        return new Verifiers(List.of(new BoxedVerifier()));
    }

    /** The verifier of that name. */
    public Optional<Verifier> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The names that {@link #find} knows, sorted. */
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }
}
