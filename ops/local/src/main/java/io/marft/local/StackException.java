package io.marft.local;

/** The local stack cannot start or go on; the message is one line: what, where, which rule, and how to mend it. */
public final class StackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
