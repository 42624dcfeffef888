package io.marft.environments.feed;

import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.KeyText;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Counts a team's closed training episodes that wait for the trainer, and says whether they are too many.
 *
 * <p>A trajectory counts if it is one that the trainer learns from: of this team, closed for training and in time, under
 * its own episode's key. It waits until an update record names a trajectory at its place or behind it in the same
 * partition, as an input or as dropped: the trainer reads each partition in order, so it has read this one, too. What it
 * has read since its newest update record still counts as waiting.
 *
 * <p>The count is exact up to the limit. Above it, memory holds at most one more than the limit for each partition.
 *
 * <p>Pure; not thread-safe. Times are those of {@link System#nanoTime}.
 */
final class Backlog {

    /** What the count says about opening another episode. */
    enum State {
        /** No more wait than may. */
        OPEN,
        /** Too many wait. */
        FULL,
        /** Too many wait, and the trainer has written no update record for so long that it counts as gone. */
        UNATTENDED
    }

    private final String team;
    private final int limit;
    private final long patience;
    /** By partition the offsets of those that wait, in order; the oldest are forgotten where there are too many. */
    private final Map<Integer, Deque<Long>> waiting = new HashMap<>();
    /** By partition the last offset that an update record names. */
    private final Map<Integer, Long> named = new HashMap<>();

    private long lastUpdate;

    /**
     * @param limit how many may wait
     * @param patience after how long without an update record the trainer counts as gone
     * @param now when the counting begins
     */
    Backlog(String team, int limit, Duration patience, long now) {
        this.team = team;
        this.limit = limit;
        this.patience = patience.toNanos();
        this.lastUpdate = now;
    }

    /** Takes a trajectory from its place; those of one partition in their order. */
    void closed(int partition, long offset, String key, Trajectory trajectory) {
        if (!trajectory.getTeam().equals(team)
                || trajectory.getPurpose() != Purpose.TRAINING
                || trajectory.getClosure() == Closure.TIMED_OUT
                || KeyText.mismatch(key, trajectory.getEpisode()).isPresent()
                || offset <= named.getOrDefault(partition, -1L)) {
            return;
        }
        Deque<Long> offsets = waiting.computeIfAbsent(partition, absent -> new ArrayDeque<>());
        offsets.addLast(offset);
        if (offsets.size() > limit + 1) {
            offsets.removeFirst();
        }
    }

    /** Takes an update record. */
    void updated(Update update, long now) {
        if (!update.getTeam().equals(team)) {
            return;
        }
        lastUpdate = now;
        for (TrajectoryOffset input : update.getInputs()) {
            name(input.getPartition(), input.getOffset());
        }
        for (DroppedTrajectory dropped : update.getDropped()) {
            name(dropped.getPartition(), dropped.getOffset());
        }
    }

    private void name(int partition, long offset) {
        named.merge(partition, offset, Math::max);
        Deque<Long> offsets = waiting.getOrDefault(partition, new ArrayDeque<>());
        while (!offsets.isEmpty() && offsets.peekFirst() <= offset) {
            offsets.removeFirst();
        }
    }

    /** Whether the update records that were taken name a trajectory in each of these partitions. */
    boolean named(Collection<Integer> partitions) {
        return named.keySet().containsAll(partitions);
    }

    /** The last offset of a partition that an update record names; empty if none does. */
    OptionalLong named(int partition) {
        return named.containsKey(partition) ? OptionalLong.of(named.get(partition)) : OptionalLong.empty();
    }

    /** How many wait, if they are no more than the limit; else any number above it. */
    int waiting() {
        return waiting.values().stream().mapToInt(Deque::size).sum();
    }

    State state(long now) {
        if (waiting() <= limit) {
            return State.OPEN;
        }
        return now - lastUpdate < patience ? State.FULL : State.UNATTENDED;
    }
}
