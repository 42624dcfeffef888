package io.marft.experiment.result;

import io.marft.experiment.declare.Experiment;
import io.marft.experiment.declare.RunKey;
import io.marft.experiment.run.RunResult;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The finished runs of an experiment, in the order in which it declares them.
 *
 * @param experiment what was declared
 * @param runs those that are finished
 */
public record Results(Experiment experiment, List<RunResult> runs) {

    public Results {
        List<RunKey> order = experiment.runs();
        runs = runs.stream()
                .sorted(Comparator.comparingInt(run -> order.indexOf(run.key())))
                .toList();
    }

    /** The finished runs of a cell, by the order of their seeds. */
    public List<RunResult> of(String team, String algorithm) {
        return runs.stream()
                .filter(run -> run.team().equals(team) && run.algorithm().equals(algorithm))
                .toList();
    }

    /** A cell's summary; empty as long as none of its runs is finished. */
    public Optional<Summary> summary(String team, String algorithm) {
        List<RunResult> own = of(team, algorithm);
        return own.isEmpty() ? Optional.empty() : Optional.of(Summary.of(own));
    }
}
