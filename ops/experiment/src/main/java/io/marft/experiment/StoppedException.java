package io.marft.experiment;

/** The experiment was asked to stop before it was done. */
public final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("stopped before the experiment was done");
    }
}
