package io.marft.experiment.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How far a run that trains is, beside what it has learned. Immutable.
 *
 * @param tokens how many tokens were generated in training
 * @param episodes how many training episodes were played; the place of the next exercise in its stream
 * @param unfinished how many of them could not be played to their end, or not be learned from
 * @param seconds how long it took, over all processes that worked on it
 * @param returns the mean return of each update's batch
 * @param curve the points so far
 */
public record RunState(
        long tokens, long episodes, long unfinished, double seconds, List<Double> returns, List<Point> curve) {

    static final RunState BEGIN = new RunState(0, 0, 0, 0, List.of(), List.of());

    public RunState {
        returns = List.copyOf(returns);
        curve = List.copyOf(curve);
    }

    /** After one more update. */
    RunState updated(long moreTokens, int moreEpisodes, int moreUnfinished, double meanReturn) {
        return new RunState(
                tokens + moreTokens,
                episodes + moreEpisodes,
                unfinished + moreUnfinished,
                seconds,
                plus(returns, List.of(meanReturn)),
                curve);
    }

    /** After a measurement that stands for some points. */
    RunState measured(Point point, int times) {
        return new RunState(
                tokens, episodes, unfinished, seconds, returns, plus(curve, Collections.nCopies(times, point)));
    }

    /** The same after another while. */
    RunState after(double moreSeconds) {
        return new RunState(tokens, episodes, unfinished, seconds + moreSeconds, returns, curve);
    }

    private static <T> List<T> plus(List<T> list, List<T> more) {
        List<T> longer = new ArrayList<>(list);
        longer.addAll(more);
        return longer;
    }
}
