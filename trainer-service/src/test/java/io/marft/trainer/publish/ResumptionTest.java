package io.marft.trainer.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A topic of three partitions, of which the checkpoint of update 5 knows where it stands. */
final class ResumptionTest {

    private static final String NO_MORE = ", or begin anew under another topic prefix";

    private long update = 5;
    private String digest = "sha256:five";
    private Optional<CheckpointChunk> recorded = Optional.of(beside(5, "sha256:five", 10, 20, 30));
    private Optional<Update> newest = Optional.of(learned(5, "sha256:five", 10, 20, 30));
    private Map<Integer, Long> committed = Map.of();
    private final TreeMap<Integer, Long> beginnings = new TreeMap<>(Map.of(0, 0L, 1, 0L, 2, 0L));
    private final Map<Integer, Long> ends = new TreeMap<>(Map.of(0, 10L, 1, 25L, 2, 100L));

    private static List<TrajectoryPosition> positions(long... offsets) {
        List<TrajectoryPosition> positions = new ArrayList<>();
        for (int partition = 0; partition < offsets.length; partition++) {
            positions.add(new TrajectoryPosition(partition, offsets[partition]));
        }
        return positions;
    }

    private static CheckpointChunk beside(long update, String digest, long... offsets) {
        return new CheckpointChunk("pair", update, digest, -1, 1, ByteBuffer.allocate(0), positions(offsets));
    }

    private static Update.Builder record(long update, String digest, long... offsets) {
        Instant now = Instant.ofEpochMilli(0);
        return Update.newBuilder()
                .setTeam("pair")
                .setTeamVersion(1)
                .setUpdate(update)
                .setBaseModelDigest("")
                .setPreviousStateDigest("")
                .setStateDigest(digest)
                .setConfiguration("")
                .setSeed(1)
                .setTrajectoryTopic("trajectories")
                .setInputs(List.of())
                .setDropped(List.of())
                .setPositions(positions(offsets))
                .setMetrics(Map.of())
                .setDevice("")
                .setStartedAt(now)
                .setCreatedAt(now);
    }

    private static Update learned(long update, String digest, long... offsets) {
        return record(update, digest, offsets)
                .setAgents(List.of(new AgentUpdate("first", update - 1, update, "", Map.of())))
                .build();
    }

    private static Update account(long update, long... offsets) {
        return record(update, "", offsets).setAgents(List.of()).build();
    }

    private void nothingYet() {
        update = 0;
        digest = "";
        recorded = Optional.empty();
        newest = Optional.empty();
    }

    private Resumption resumption() {
        return new Resumption(
                "pair", "trajectories", update, digest, recorded, newest, "trainer.pair", committed, beginnings, ends);
    }

    private String places() {
        return resumption().positions().toString();
    }

    private String refusal() {
        Resumption resumption = resumption();
        String message =
                assertThrows(IllegalStateException.class, resumption::positions).getMessage();
        String beginning = "team 'pair' cannot be trained on: ";
        assertEquals(beginning, message.substring(0, beginning.length()));
        assertEquals(NO_MORE, message.substring(message.length() - NO_MORE.length()));
        return message.substring(beginning.length(), message.length() - NO_MORE.length());
    }

    @Test
    void shouldGoOnAtTheCheckpointsPositionsWhateverTheGroupSays() {
        committed = Map.of(0, 1L, 2, 99L);

        assertEquals("0 at 10, 1 at 20, 2 at 30", places());
    }

    @Test
    void shouldGoOnBehindAnAccount() {
        newest = Optional.of(account(5, 10, 20, 40));
        recorded = Optional.of(beside(5, "sha256:five", 10, 20, 40));

        assertEquals("0 at 10, 1 at 20, 2 at 40", places());
    }

    @Test
    void shouldBeginWhereTheTopicBegins() {
        nothingYet();
        beginnings.put(1, 7L);

        assertEquals("0 at 0, 1 at 7, 2 at 0", places());
    }

    @Test
    void shouldBeginAPartitionThatWasAddedAtZero() {
        beginnings.put(3, 0L);
        ends.put(3, 2L);

        assertEquals("0 at 10, 1 at 20, 2 at 30, 3 at 0", places());
    }

    @Test
    void shouldTakeTheGroupsOffsetsBesideACheckpointOfAnOlderRelease() {
        recorded = Optional.empty();
        newest = Optional.of(learned(5, "sha256:five"));
        committed = Map.of(0, 10L, 1, 20L, 2, 30L);

        assertEquals("0 at 10, 1 at 20, 2 at 30", places());
    }

    /** Positions are there, but an older release has trained since. */
    @Test
    void shouldTakeTheGroupsOffsetsWhereAnOlderReleaseTrainedLast() {
        update = 6;
        digest = "sha256:six";
        newest = Optional.of(learned(6, "sha256:six"));
        committed = Map.of(0, 10L, 1, 21L, 2, 31L);

        assertEquals("0 at 10, 1 at 21, 2 at 31", places());
    }

    @Test
    void shouldRefuseAnOlderReleasesCheckpointWithoutTheOffsetOfAPartitionThatHasRecords() {
        recorded = Optional.empty();
        newest = Optional.of(learned(5, "sha256:five"));
        committed = Map.of(0, 10L, 2, 30L);

        assertEquals(
                "its checkpoint of update 5 has no positions, and group trainer.pair has no offset for trajectories"
                        + " partition 1, which has records: an older release left this to the group, which must have one"
                        + " for each; set it to where that partition's last input of an update ends, or to 0 if none had"
                        + " any",
                refusal());

        ends.put(1, 0L);
        assertEquals("0 at 10, 1 at 0, 2 at 30", places());
    }

    @Test
    void shouldRefuseACheckpointWhosePositionsAreMissing() {
        recorded = Optional.empty();
        committed = Map.of(0, 10L, 1, 20L, 2, 30L);

        assertEquals(
                "its checkpoint has no positions beside it, but its newest update record has 0 at 10, 1 at 20, 2 at 30:"
                        + " both must have the same; restore the topic checkpoints",
                refusal());
    }

    @Test
    void shouldRefusePositionsOfAnotherUpdate() {
        recorded = Optional.of(beside(4, "sha256:four", 10, 20, 30));

        assertEquals(
                "the positions beside its checkpoint are of update 4 and state 'sha256:four', but the checkpoint is of"
                        + " update 5 and state 'sha256:five': both must be of one update; restore the topic checkpoints",
                refusal());
    }

    @Test
    void shouldRefusePositionsThatTheUpdateRecordContradicts() {
        newest = Optional.of(learned(5, "sha256:five", 10, 21, 30));

        assertEquals(
                "the positions beside its checkpoint are 0 at 10, 1 at 20, 2 at 30, but those of its newest update record"
                        + " are 0 at 10, 1 at 21, 2 at 30: both must be the same; restore the topics updates and"
                        + " checkpoints together",
                refusal());
    }

    @Test
    void shouldRefuseACheckpointThatIsNotOfTheNewestUpdate() {
        newest = Optional.of(learned(6, "sha256:six", 10, 20, 30));

        assertEquals(
                "its newest update record has number 6 and state sha256:six, but its checkpoint is of update 5 and state"
                        + " sha256:five: both must be of one update; restore the topics updates and checkpoints together",
                refusal());
    }

    @Test
    void shouldRefuseUpdatesWithoutACheckpoint() {
        nothingYet();
        newest = Optional.of(account(3, 1, 1, 1));

        assertEquals(
                "its newest update record has number 3, but its checkpoint is none: both must be of one update; restore"
                        + " the topics updates and checkpoints together",
                refusal());
    }

    @Test
    void shouldRefuseAPositionBehindTheEnd() {
        ends.put(2, 29L);

        assertEquals(
                "the trainer stands at offset 30 of trajectories partition 2, which must be one from 0 to 29, as the topic"
                        + " holds these: its records were deleted or the topic was made anew; restore it",
                refusal());
    }

    @Test
    void shouldRefuseAPositionWhoseRecordsWereDeleted() {
        beginnings.put(1, 21L);

        assertEquals(
                "the trainer stands at offset 20 of trajectories partition 1, which must be one from 21 to 25, as the"
                        + " topic holds these: its records were deleted or the topic was made anew; restore it",
                refusal());
    }

    @Test
    void shouldRefuseAPartitionThatTheCheckpointDoesNotKnowThoughItShould() {
        List<TrajectoryPosition> holes = List.of(new TrajectoryPosition(0, 10L), new TrajectoryPosition(2, 30L));
        recorded = recorded.map(
                record -> CheckpointChunk.newBuilder(record).setPositions(holes).build());
        newest = newest.map(
                record -> Update.newBuilder(record).setPositions(holes).build());

        assertEquals(
                "its checkpoint knows partitions [0, 2] of trajectories, but the topic has [0, 1, 2]: it must know all, or"
                        + " all but the last ones, which were added; restore the topic",
                refusal());
    }

    @Test
    void shouldRefuseATopicWithFewerPartitions() {
        beginnings.remove(2);
        ends.remove(2);

        assertEquals(
                "its checkpoint knows partitions [0, 1, 2] of trajectories, but the topic has [0, 1]: it must know all, or"
                        + " all but the last ones, which were added; restore the topic",
                refusal());
    }
}
