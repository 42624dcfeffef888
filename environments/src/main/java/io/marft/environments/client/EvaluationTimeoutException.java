package io.marft.environments.client;

/** A measurement did not get all its rewards in time. */
public final class EvaluationTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EvaluationTimeoutException(String message) {
        super(message);
    }
}
