package io.marft.experiment;

import io.marft.experiment.declare.RunKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far an experiment is.
 *
 * @param finished how many runs are finished
 * @param runs how many there are
 * @param active those that are worked on
 * @param left about how long it will go on; empty as long as nobody can know
 */
public record RunnerStatus(int finished, int runs, List<Active> active, Optional<Duration> left) {

    /**
     * A run that is worked on.
     *
     * @param key which it is
     * @param tokens how many tokens it has generated in training
     * @param budget how many it may; 0 if it does not train
     * @param accuracy as last measured, from 0 to 1
     */
    public record Active(RunKey key, long tokens, long budget, OptionalDouble accuracy) {}
}
