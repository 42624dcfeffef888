package io.marft.reward.verify;

import io.marft.schemas.catalogue.ByName;

/**
 * The table of verifiers. A verifier is a public class that implements {@link Verifier}, and one line with its name in
 * {@code META-INF/services/io.marft.reward.verify.Verifier}: here for those that come with marft, in a jar on the class
 * path for anybody's own.
 */
public final class Verifiers {

    private Verifiers() {}

    /**
     * All verifiers on the class path.
     *
     * @throws IllegalArgumentException if one cannot be used, or two have the same name
     */
    public static ByName<Verifier> onClassPath() {
        return ByName.onClassPath(Verifier.class, "verifier", Verifier::name);
    }
}
