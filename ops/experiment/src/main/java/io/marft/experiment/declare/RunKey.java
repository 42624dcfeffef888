package io.marft.experiment.declare;

/**
 * One run of an experiment.
 *
 * @param team the team's name in the experiment
 * @param algorithm the algorithm's name in the experiment
 * @param seed of everything random in the run
 */
public record RunKey(String team, String algorithm, long seed) {

    /** {@code TEAM.ALGORITHM.SEED}, also the name of its files. */
    @Override
    public String toString() {
        return team + "." + algorithm + "." + seed;
    }
}
