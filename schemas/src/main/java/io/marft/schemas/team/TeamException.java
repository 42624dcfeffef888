package io.marft.schemas.team;

/** A team definition that cannot be used; the message is one line for its author. */
public final class TeamException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TeamException(String message) {
        super(message);
    }

    public TeamException(String message, Throwable cause) {
        super(message, cause);
    }
}
