package io.marft.experiment.run;

/** The experiment was asked to stop before it was done. */
public final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoppedException() {
        super("stopped before the experiment was done");
    }
}
