package io.marft.schemas.wire;

/** The schema registry could not be asked. The record at hand may be good: try again, never dead-letter it. */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
