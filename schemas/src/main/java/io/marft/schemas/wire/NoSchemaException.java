package io.marft.schemas.wire;

/** The registry answered that it has no such schema, or has one that is of no use here; the message is one line. */
final class NoSchemaException extends Exception {

    private static final long serialVersionUID = 1L;

    NoSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
