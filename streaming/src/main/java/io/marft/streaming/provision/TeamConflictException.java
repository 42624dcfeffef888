package io.marft.streaming.provision;

/** A team that contradicts what the log has of it; trying again does not help. The message is one line for the operator. */
public final class TeamConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TeamConflictException(String message) {
        super(message);
    }
}
