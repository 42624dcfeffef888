package io.marft.environments.measure;

/** A measurement's episodes did not all close in time. */
public final class EvaluationTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EvaluationTimeoutException(String message) {
        super(message);
    }
}
