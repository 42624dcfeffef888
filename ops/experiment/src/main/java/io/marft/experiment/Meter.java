package io.marft.experiment;

import java.time.Duration;
import java.util.Optional;

/**
 * Estimates how long what is left will take, from how long what was done took: seconds for each token generated and learned
 * from, and for each decision of a measurement. Says nothing before it has seen both, unless only one is left.
 *
 * <p>Thread-safe.
 */
final class Meter {

    private long tokens;
    private double trainingSeconds;
    private long decisions;
    private double measuringSeconds;

    /**
     * Work.
     *
     * @param tokens to generate in training, learning from them included
     * @param decisions of measurements: held-out problems times agents
     */
    record Work(long tokens, long decisions) {

        static final Work NONE = new Work(0, 0);

        Work plus(Work other) {
            return new Work(tokens + other.tokens, decisions + other.decisions);
        }

        Work minus(Work done) {
            return new Work(Math.max(0, tokens - done.tokens), Math.max(0, decisions - done.decisions));
        }
    }

    /** Some work was done by one run. */
    synchronized void done(Work work, double seconds) {
        if (work.tokens() > 0) {
            tokens += work.tokens();
            trainingSeconds += seconds;
        } else {
            decisions += work.decisions();
            measuringSeconds += seconds;
        }
    }

    /**
     * How long some work takes.
     *
     * @param parallel how many runs share it
     */
    synchronized Optional<Duration> estimate(Work left, int parallel) {
        if ((left.tokens() > 0 && tokens == 0) || (left.decisions() > 0 && decisions == 0)) {
            return Optional.empty();
        }
        double seconds = left.tokens() * trainingSeconds / Math.max(1, tokens)
                + left.decisions() * measuringSeconds / Math.max(1, decisions);
        return Optional.of(Duration.ofMillis(Math.round(1000 * seconds / parallel)));
    }
}
