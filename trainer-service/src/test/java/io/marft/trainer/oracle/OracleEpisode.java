package io.marft.trainer.oracle;

import java.util.List;

/**
 * One episode in its flattened order.
 *
 * @param after D: {@code after[j][i]} if agent j's action conditions on agent i's
 * @param answers which agents answer the environment
 * @param steps how many steps it has
 * @param decisions of all steps, each step's in topological order; skipped agents have none
 */
public record OracleEpisode(boolean[][] after, boolean[] answers, int steps, List<OracleDecision> decisions) {

    /** Number of agents of the team. */
    public int agents() {
        return answers.length;
    }
}
