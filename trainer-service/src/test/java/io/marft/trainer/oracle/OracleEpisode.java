package io.marft.trainer.oracle;

import java.util.List;

/**
 * One episode in its flattened order.
 *
 * @param after D: {@code after[j][i]} if agent j's action conditions on agent i's
 * @param answers which agents answer the environment
 * @param steps how many steps it has
 * @param terminal whether it ended by its nature
 * @param bootstrap V(K+1) of actions, for an episode that was cut off
 * @param tokenBootstrap V of the token after the last, for an episode that was cut off
 * @param decisions of all steps, each step's in topological order; skipped agents have none
 */
public record OracleEpisode(
        boolean[][] after,
        boolean[] answers,
        int steps,
        boolean terminal,
        double bootstrap,
        double tokenBootstrap,
        List<OracleDecision> decisions) {

    /** Number of agents of the team. */
    public int agents() {
        return answers.length;
    }
}
