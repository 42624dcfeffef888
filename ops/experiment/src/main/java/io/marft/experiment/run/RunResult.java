package io.marft.experiment.run;

import io.marft.experiment.declare.RunKey;
import java.util.Map;

/**
 * A finished run.
 *
 * @param team the team's name in the experiment
 * @param algorithm the algorithm's name in the experiment
 * @param seed the run's seed
 * @param digest of the definition
 * @param definition what the run was
 * @param accuracy share of the final measurement's held-out problems answered rightly, from 0 to 1
 * @param updates how many updates it made
 * @param state how it went
 * @param adapters digest of each agent's adapter at the end; empty for a team that was not trained
 */
public record RunResult(
        String team,
        String algorithm,
        long seed,
        String digest,
        Map<String, String> definition,
        double accuracy,
        long updates,
        RunState state,
        Map<String, String> adapters) {

    /** Which run it was. */
    public RunKey key() {
        return new RunKey(team, algorithm, seed);
    }

    /**
     * Over the curve's last third, how far accuracy was at most below the best that the run had reached before: 0 for a run
     * that never fell back.
     */
    public double fall() {
        long end = state.tokens();
        double best = 0;
        double fall = 0;
        for (Point point : state.curve()) {
            best = Math.max(best, point.accuracy());
            if (3 * point.tokens() >= 2 * end) {
                fall = Math.max(fall, best - point.accuracy());
            }
        }
        return fall;
    }

    /** The same run as if it had taken no time: what its definition alone decides. */
    public RunResult timeless() {
        RunState still = state.after(-state.seconds());
        return new RunResult(team, algorithm, seed, digest, definition, accuracy, updates, still, adapters);
    }
}
