package io.marft.bench.report;

/** Something could not be measured; the message says what and why in one line. */
public final class BenchException extends RuntimeException {

    /** @param message one line */
    public BenchException(String message) {
        super(message);
    }

    /** @param message one line */
    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
