package io.marft.experiment.run;

/** Follows a run, on the run's thread. */
public interface RunObserver {

    /**
     * Asked between any two pieces of work.
     *
     * @throws StoppedException to end the run here; what it did since its last checkpoint is lost
     */
    void check();

    /** Held-out problems were asked. */
    void evaluated(int problems, double seconds);

    /** An update was made on a batch whose agents had generated some tokens. */
    void trained(long tokens, double seconds);

    /** The newest accuracy. */
    void measured(double accuracy);

    /** The run can go on from here. */
    void reached(RunCheckpoint checkpoint);
}
