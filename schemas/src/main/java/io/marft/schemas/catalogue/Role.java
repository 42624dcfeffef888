package io.marft.schemas.catalogue;

import java.util.Locale;

/** The parts of the system that write and read topics; access rules are stated in these terms. */
public enum Role {
    /** What feeds observations and takes actions: the bundled one, or an application in its place. */
    ENVIRONMENT,
    ROUTER,
    AGENT,
    REWARD,
    ASSEMBLER,
    TRAINER,
    /** Measures a team on held-out problems. */
    EVALUATOR,
    /** A person with {@code marft provision}, {@code ask}, {@code topics} and {@code tail}. */
    OPERATOR,
    /** A person with {@code marft replay} and {@code adapters export}. */
    AUDITOR,
    /** Any application that reports late or human signals. */
    CLIENT;

    /** The role's name as a user writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
