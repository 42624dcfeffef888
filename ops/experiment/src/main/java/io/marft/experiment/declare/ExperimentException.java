package io.marft.experiment.declare;

/** An experiment that cannot be run as it is asked for; the message is one line for its author. */
public final class ExperimentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message names the thing, the rule, the value and the mend */
    public ExperimentException(String message) {
        super(message);
    }

    /** @param message names the thing, the rule, the value and the mend */
    public ExperimentException(String message, Throwable cause) {
        super(message, cause);
    }
}
