package io.marft.streaming.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * When the open episodes of a task are given up: each when its team's deadline has passed. Only time during which the task
 * was running counts: after an outage its records may still be on their way.
 *
 * <p>It is a queue in memory beside the task's store, so that nobody looks through all episodes time and again; a task
 * fills it from its store when it begins. Not thread-safe.
 */
public final class Deadlines {

    /** How often a task is to look. */
    public static final Duration INTERVAL = Duration.ofMillis(500);
    /** The deadline where nothing has come yet that says whose the episode is. */
    public static final Duration OF_UNKNOWN_TEAM = Duration.ofMinutes(5);

    private record Due(String episode, Instant at) {}

    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparing(Due::at));
    private final Instant startedAt;

    /** @param startedAt when the task began */
    public Deadlines(Instant startedAt) {
        this.startedAt = startedAt;
    }

    /**
     * Notes when an episode is due. It is to be noted again if another deadline turns out to hold, and is then taken at
     * both times.
     */
    public void add(String episode, Instant openedAt, Duration limit) {
        queue.add(new Due(episode, due(openedAt, limit)));
    }

    /** Whether an episode of that deadline is to be given up now. */
    public boolean passed(Instant openedAt, Duration limit, Instant now) {
        return !now.isBefore(due(openedAt, limit));
    }

    private Instant due(Instant openedAt, Duration limit) {
        return (openedAt.isBefore(startedAt) ? startedAt : openedAt).plus(limit);
    }

    /** Takes the episodes out whose time has come by what was noted; whether they are still open, their store knows. */
    public List<String> take(Instant now) {
        List<String> taken = new ArrayList<>();
        while (!queue.isEmpty() && !now.isBefore(queue.peek().at())) {
            taken.add(queue.remove().episode());
        }
        return taken;
    }
}
