package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int LIMIT = 3;

    private final Backlog backlog = new Backlog("chain", LIMIT, Duration.ofSeconds(60), 0);

    private static Trajectory trajectory(String episode, String team, Purpose purpose, Closure closure) {
        return new Trajectory(episode, team, 1, purpose, closure, true, List.of(), Instant.EPOCH, Instant.EPOCH);
    }

    private void closed(int partition, long offset) {
        closed(backlog, partition, offset);
    }

    private static void closed(Backlog backlog, int partition, long offset) {
        String episode = partition + "@" + offset;
        backlog.closed(partition, offset, episode, trajectory(episode, "chain", Purpose.TRAINING, Closure.HORIZON));
    }

    static Update update(String team, List<TrajectoryOffset> inputs, List<DroppedTrajectory> dropped) {
        return Update.newBuilder()
                .setTeam(team)
                .setTeamVersion(1)
                .setUpdate(1)
                .setBaseModelDigest("")
                .setPreviousStateDigest("")
                .setStateDigest("")
                .setConfiguration("")
                .setSeed(1)
                .setTrajectoryTopic("marft.trajectories")
                .setInputs(inputs)
                .setDropped(dropped)
                .setAgents(List.of())
                .setMetrics(Map.of())
                .setDevice("")
                .setStartedAt(Instant.EPOCH)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    private void learned(int partition, long offset, long now) {
        backlog.updated(update("chain", List.of(new TrajectoryOffset(partition, offset, "")), List.of()), now);
    }

    @Test
    void shouldCountWhatTheTeamsTrainerLearnsFromAndNothingElse() {
        closed(0, 0);
        backlog.closed(0, 1, "a", trajectory("a", "other", Purpose.TRAINING, Closure.HORIZON));
        backlog.closed(0, 2, "b", trajectory("b", "chain", Purpose.EVALUATION, Closure.HORIZON));
        backlog.closed(0, 3, "c", trajectory("c", "chain", Purpose.QUESTION, Closure.HORIZON));
        backlog.closed(0, 4, "d", trajectory("d", "chain", Purpose.TRAINING, Closure.TIMED_OUT));
        backlog.closed(0, 5, "e", trajectory("e", "chain", Purpose.TRAINING, Closure.DONE));

        assertEquals(2, backlog.waiting());
    }

    /** The trainer makes a dead letter of it, and no update record names it. */
    @Test
    void shouldNotCountATrajectoryUnderAnothersKey() {
        backlog.closed(0, 0, "mine", trajectory("yours", "chain", Purpose.TRAINING, Closure.HORIZON));
        backlog.closed(0, 1, null, trajectory("yours", "chain", Purpose.TRAINING, Closure.HORIZON));

        assertEquals(0, backlog.waiting());
    }

    @Test
    void shouldTakeAllThatLieBeforeAnInputAsReadInItsPartition() {
        closed(0, 3);
        closed(0, 5);
        closed(1, 4);

        learned(0, 4, 0);

        assertEquals(2, backlog.waiting());
        learned(1, 4, 0);
        assertEquals(1, backlog.waiting());
    }

    @Test
    void shouldTakeWhatWasDroppedAsRead() {
        closed(2, 7);

        backlog.updated(update("chain", List.of(), List.of(new DroppedTrajectory(2, 7L, "", "stale"))), 0);

        assertEquals(0, backlog.waiting());
    }

    @Test
    void shouldNotCountWhatAnUpdateNamedBeforeItWasSeen() {
        learned(0, 9, 0);
        closed(0, 8);
        closed(0, 9);
        closed(0, 10);

        assertEquals(1, backlog.waiting());
    }

    @Test
    void shouldPassOverTheUpdatesOfOtherTeams() {
        closed(0, 0);

        backlog.updated(update("other", List.of(new TrajectoryOffset(0, 5L, "")), List.of()), 0);

        assertEquals(1, backlog.waiting());
        assertEquals(OptionalLong.empty(), backlog.read(0));
    }

    @Test
    void shouldSayOfWhichPartitionsItKnowsWhereTheTrainerStands() {
        learned(0, 5, 0);
        learned(0, 3, 0); // An older record, as it is read on the way back.

        assertEquals(OptionalLong.of(5), backlog.read(0));
        assertTrue(backlog.knows(Set.of(0)));
        assertFalse(backlog.knows(Set.of(0, 1)));
    }

    @Test
    void shouldTakeTheTrainersPositionsForWhereItStands() {
        closed(0, 5);
        closed(0, 6);
        closed(1, 0);

        Update account = Update.newBuilder(update("chain", List.of(), List.of()))
                .setPositions(List.of(new TrajectoryPosition(0, 6L), new TrajectoryPosition(1, 0L)))
                .build();
        backlog.updated(account, 0);

        assertEquals(2, backlog.waiting());
        assertTrue(backlog.knows(Set.of(0, 1)));
        assertEquals(OptionalLong.of(5), backlog.read(0));
        assertEquals(OptionalLong.of(-1), backlog.read(1));
    }

    @Test
    void shouldBeFullWhenMoreWaitThanMay() {
        for (long offset = 0; offset < LIMIT; offset++) {
            closed(0, offset);
        }
        assertFalse(backlog.full(SECOND));

        closed(1, 0);
        assertTrue(backlog.full(SECOND));

        learned(0, 0, SECOND);
        assertFalse(backlog.full(SECOND));
    }

    /** Of those that wait a trainer may have dropped so many that it lacks the rest of a batch. */
    @Test
    void shouldLetOneMoreLimitWaitWhereTheTrainerWasSilentForLong() {
        for (long offset = 0; offset <= LIMIT; offset++) {
            closed(0, offset);
        }
        assertTrue(backlog.full(59 * SECOND));
        assertFalse(backlog.full(60 * SECOND));

        for (long offset = 0; offset < LIMIT; offset++) {
            closed(1, offset);
        }
        assertTrue(backlog.full(119 * SECOND));
        assertFalse(backlog.full(120 * SECOND));

        backlog.updated(update("chain", List.of(), List.of()), 121 * SECOND);
        assertTrue(backlog.full(122 * SECOND));
    }

    @Test
    void shouldFloodNoTrainerWhoseUpdateTakesAnHourAndNoneThatIsGone() {
        assertEquals(7, backlog.times(3600 * SECOND));
        assertEquals(12, backlog.times(24 * 3600 * SECOND));
        assertEquals(Backlog.MOST_TIMES, backlog.times(Long.MAX_VALUE));
        for (long offset = 0; offset < 1000; offset++) {
            closed(0, offset);
        }

        assertTrue(backlog.full(3600 * SECOND));
        assertTrue(backlog.full(Long.MAX_VALUE));
    }

    /** Against a count of everything; memory is bounded all the while. */
    @Test
    void shouldBeExactUpToTheLimitAndAboveItWhereThereAreMore() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int limit = random.nextInt(6);
            int partitions = 1 + random.nextInt(3);
            Backlog counted = new Backlog("chain", limit, Duration.ofSeconds(60), 0);
            List<List<Long>> waiting = new ArrayList<>();
            Map<Integer, Long> next = new HashMap<>();
            for (int partition = 0; partition < partitions; partition++) {
                waiting.add(new ArrayList<>());
            }
            for (int step = 0; step < 100; step++) {
                int partition = random.nextInt(partitions);
                if (random.nextInt(3) > 0) {
                    long offset = next.merge(partition, 1L + random.nextInt(2), Long::sum);
                    closed(counted, partition, offset);
                    waiting.get(partition).add(offset);
                } else if (next.containsKey(partition)) {
                    long read = Math.max(0, next.get(partition) - random.nextInt(5));
                    counted.updated(update("chain", List.of(new TrajectoryOffset(partition, read, "")), List.of()), 0);
                    waiting.get(partition).removeIf(offset -> offset <= read);
                }
                int all = waiting.stream().mapToInt(List::size).sum();
                int most = Backlog.MOST_TIMES * limit + 1;
                assertEquals(Math.min(all, most), Math.min(counted.waiting(), most), "round " + round);
                assertTrue(counted.waiting() <= partitions * most, "at most so many are held");
            }
        }
    }
}
