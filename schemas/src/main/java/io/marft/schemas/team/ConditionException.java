package io.marft.schemas.team;

/** A condition that compiled but has no value for these texts; the message says in one line which, why and the mend. */
public final class ConditionException extends Exception {

    private static final long serialVersionUID = 1L;

    ConditionException(String message, Throwable cause) {
        super(message, cause);
    }
}
