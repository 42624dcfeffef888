package io.marft.trainer.batch;

import java.util.List;

/**
 * An episode as learning sees it: one sequence of decisions k = 1…K over all steps, each step in a topological order of
 * the dependency function.
 *
 * @param id the episode's id
 * @param decisions at least one
 */
public record Episode(String id, List<Decision> decisions) {

    public Episode {
        decisions = List.copyOf(decisions);
    }

    /** What the team earned: the sum of all rewards. */
    public double earned() {
        return decisions.stream().mapToDouble(Decision::reward).sum();
    }
}
