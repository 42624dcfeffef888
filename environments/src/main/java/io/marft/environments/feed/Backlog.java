package io.marft.environments.feed;

import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
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
 * Counts a team's closed training episodes that wait for the trainer, and says how many may.
 *
 * <p>A trajectory counts if it is one that the trainer learns from: of this team, closed for training and in time, under
 * its own episode's key. It waits until an update record says that the trainer stands behind it, by the trainer's positions
 * or, in a record of an older release, by naming a trajectory at its place or behind it in the same partition: the trainer
 * reads each partition in order. What the trainer has read since its newest update record still counts as waiting.
 *
 * <p>An update may take an hour, and meanwhile no more than the limit need wait. But a trainer that has dropped some of
 * those that wait may lack the rest of a batch, and says so nowhere. So the limit is there once more when the trainer has
 * written no update record for the patience, again after twice the patience, after four times, and so on: seven limits in an
 * hour of silence where the patience is a minute, twelve in a day. A batch of several limits fills up; no trainer is flooded.
 *
 * <p>The count is exact up to what may wait at most. Above it, memory holds at most one more than that for each partition.
 *
 * <p>Pure; not thread-safe. Times are those of {@link System#nanoTime}.
 */
final class Backlog {

    /** How many limits may wait where the trainer has written no update record for about a year. */
    static final int MOST_TIMES = 20;

    private static final int LONGER = 2;

    private final String team;
    private final int limit;
    private final long patience;
    /** By partition the offsets of those that wait, in order; the oldest are forgotten where there are too many. */
    private final Map<Integer, Deque<Long>> waiting = new HashMap<>();
    /** By partition the last offset that the trainer is known to have read. */
    private final Map<Integer, Long> read = new HashMap<>();

    private long lastUpdate;

    /**
     * @param limit how many may wait
     * @param patience after how long without an update record the limit is there once more
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
                || offset <= read.getOrDefault(partition, -1L)) {
            return;
        }
        Deque<Long> offsets = waiting.computeIfAbsent(partition, absent -> new ArrayDeque<>());
        offsets.addLast(offset);
        if (offsets.size() > (long) MOST_TIMES * limit + 1) {
            offsets.removeFirst();
        }
    }

    /** Takes an update record. */
    void updated(Update update, long now) {
        if (!update.getTeam().equals(team)) {
            return;
        }
        lastUpdate = now;
        for (TrajectoryPosition position : update.getPositions()) {
            readTo(position.getPartition(), position.getOffset() - 1);
        }
        for (TrajectoryOffset input : update.getInputs()) {
            readTo(input.getPartition(), input.getOffset());
        }
        for (DroppedTrajectory dropped : update.getDropped()) {
            readTo(dropped.getPartition(), dropped.getOffset());
        }
    }

    private void readTo(int partition, long offset) {
        read.merge(partition, offset, Math::max);
        Deque<Long> offsets = waiting.getOrDefault(partition, new ArrayDeque<>());
        while (!offsets.isEmpty() && offsets.peekFirst() <= offset) {
            offsets.removeFirst();
        }
    }

    /** Whether the update records that were taken tell of each of these partitions how far the trainer has come. */
    boolean knows(Collection<Integer> partitions) {
        return read.keySet().containsAll(partitions);
    }

    /** The last offset of a partition that the trainer is known to have read, -1 before the first; empty if none tells. */
    OptionalLong read(int partition) {
        return read.containsKey(partition) ? OptionalLong.of(read.get(partition)) : OptionalLong.empty();
    }

    /** How many wait, if they are no more than may wait at most; else any number above it. */
    int waiting() {
        return waiting.values().stream().mapToInt(Deque::size).sum();
    }

    /** How many limits may wait now: one, and one more for each time that the trainer has been silent for too long. */
    int times(long now) {
        int times = 1;
        for (long due = patience; times < MOST_TIMES && now - lastUpdate >= due; due *= LONGER) {
            times++;
        }
        return times;
    }

    /** Whether more wait than may. */
    boolean full(long now) {
        return waiting() > (long) times(now) * limit;
    }
}
