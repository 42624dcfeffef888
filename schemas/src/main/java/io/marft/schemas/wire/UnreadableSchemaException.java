package io.marft.schemas.wire;

/** The registry has the schema, but it is none that this system can read. */
final class UnreadableSchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
