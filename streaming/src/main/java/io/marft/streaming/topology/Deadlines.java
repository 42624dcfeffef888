package io.marft.streaming.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * When a task gives up its open episodes: each when its team's deadline has passed. Only the time for which the task has
 * been running counts, because after an outage an episode's records may still be on their way.
 *
 * <p>This is a queue in memory beside the task's store. It saves the task from looking through all episodes time and again.
 * A task fills it from its store when it begins. Not thread-safe.
 */
public final class Deadlines {

    /** How often a task should look. */
    public static final Duration INTERVAL = Duration.ofMillis(500);
    /**
     * The most episodes of one look. All that a look writes is in one transaction, which must end within some seconds; after an
     * outage, all episodes that were open fall due at once.
     */
    public static final int MOST_AT_ONCE = 2_000;
    /** The deadline of an episode of which nothing has come yet that names its team. */
    public static final Duration OF_UNKNOWN_TEAM = Duration.ofMinutes(5);

    private record Due(String episode, Instant at) {}

    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparing(Due::at));
    private final Instant startedAt;

    /** @param startedAt when the task began to run */
    public Deadlines(Instant startedAt) {
        this.startedAt = startedAt;
    }

    /**
     * Notes when an episode is due. If another deadline turns out to hold, note the episode again; it is then taken at both
     * times.
     */
    public void add(String episode, Instant openedAt, Duration limit) {
        queue.add(new Due(episode, due(openedAt, limit)));
    }

    /** Whether an episode with that deadline is due now. */
    public boolean passed(Instant openedAt, Duration limit, Instant now) {
        return !now.isBefore(due(openedAt, limit));
    }

    private Instant due(Instant openedAt, Duration limit) {
        return (openedAt.isBefore(startedAt) ? startedAt : openedAt).plus(limit);
    }

    /**
     * Removes and returns the episodes that are due by what was noted, but no more than {@link #MOST_AT_ONCE}; the next look
     * takes the next. Only the task's store knows whether they are open.
     */
    public List<String> take(Instant now) {
        List<String> taken = new ArrayList<>();
        while (taken.size() < MOST_AT_ONCE
                && !queue.isEmpty()
                && !now.isBefore(queue.peek().at())) {
            taken.add(queue.remove().episode());
        }
        return taken;
    }
}
