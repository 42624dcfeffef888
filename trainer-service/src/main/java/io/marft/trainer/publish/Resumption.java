package io.marft.trainer.publish;

import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.record.Update;
import io.marft.trainer.batch.Positions;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides where in the trajectories a trainer goes on, by all that the log says of it. Pure.
 *
 * <p>The positions beside the checkpoint decide. They were written in the transaction of the newest update or account, and
 * so was the team's newest update record, which must say the same. Where that record has no positions, an older release
 * wrote it. Then, and only then, the consumer group's offsets decide, which can expire partition by partition.
 *
 * <p>A trainer that began at a wrong place would learn from trajectories twice, or not at all. So whatever is missing, or
 * contradicts something else, is refused.
 *
 * @param team the team
 * @param topic the topic of its trajectories
 * @param update how many updates the checkpoint follows; 0 without one
 * @param digest the checkpoint's; empty without one
 * @param recorded the newest positions beside the checkpoint
 * @param newest the team's newest update record
 * @param group the trainer's consumer group
 * @param committed that group's offsets, by partition; none where there is no offset
 * @param beginnings by partition the first offset that the topic has, of all partitions
 * @param ends by partition the offset that the next record will have
 */
record Resumption(
        String team,
        String topic,
        long update,
        String digest,
        Optional<CheckpointChunk> recorded,
        Optional<Update> newest,
        String group,
        Map<Integer, Long> committed,
        SortedMap<Integer, Long> beginnings,
        Map<Integer, Long> ends) {

    /**
     * Where to go on in every partition.
     *
     * @throws IllegalStateException if that cannot be said for sure
     */
    Positions positions() {
        newest.ifPresent(this::checkSameUpdate);
        boolean older = newest.map(record -> record.getPositions().isEmpty()).orElse(recorded.isEmpty());
        SortedMap<Integer, Long> next = older ? byGroup() : byCheckpoint();
        beginnings.forEach((partition, beginning) -> {
            long at = next.get(partition);
            if (at < beginning || at > ends.get(partition)) {
                throw refused(
                        "the trainer stands at offset " + at + " of " + topic + " partition " + partition
                                + ", which must be one from " + beginning + " to " + ends.get(partition)
                                + ", as the topic holds these: its records were deleted or the topic was made anew; restore it");
            }
        });
        return new Positions(next);
    }

    private void checkSameUpdate(Update record) {
        boolean account = record.getAgents().isEmpty();
        boolean same = record.getUpdate() == update
                && (account || record.getStateDigest().equals(digest));
        if (!same) {
            throw refused("its newest update record has number " + record.getUpdate()
                    + (account ? "" : " and state " + record.getStateDigest()) + ", but its checkpoint is "
                    + (digest.isEmpty() ? "none" : "of update " + update + " and state " + digest)
                    + ": both must be of one update; restore the topics updates and checkpoints together");
        }
    }

    /** What lies beside the checkpoint. A topic that has grown since has further partitions, behind all that it had. */
    private SortedMap<Integer, Long> byCheckpoint() {
        CheckpointChunk beside = recorded.orElseThrow(
                () -> refused("its checkpoint has no positions beside it, but its newest update record has "
                        + Positions.of(newest.orElseThrow().getPositions())
                        + ": both must have the same; restore the topic checkpoints"));
        if (beside.getUpdate() != update || !beside.getDigest().equals(digest)) {
            throw refused("the positions beside its checkpoint are of update " + beside.getUpdate() + " and state '"
                    + beside.getDigest() + "', but the checkpoint is of update " + update + " and state '" + digest
                    + "': both must be of one update; restore the topic checkpoints");
        }
        Positions positions = Positions.of(beside.getPositions());
        newest.map(record -> Positions.of(record.getPositions()))
                .filter(told -> !told.equals(positions))
                .ifPresent(told -> {
                    throw refused("the positions beside its checkpoint are " + positions
                            + ", but those of its newest update record are " + told
                            + ": both must be the same; restore the topics updates and checkpoints together");
                });
        SortedMap<Integer, Long> next = new TreeMap<>(positions.next());
        int known = next.isEmpty() ? -1 : next.lastKey();
        beginnings.keySet().forEach(partition -> {
            if (partition > known) {
                next.put(partition, 0L);
            }
        });
        if (!next.keySet().equals(beginnings.keySet())) {
            throw refused("its checkpoint knows partitions " + positions.next().keySet() + " of " + topic
                    + ", but the topic has " + beginnings.keySet()
                    + ": it must know all, or all but the last ones, which were added; restore the topic");
        }
        return next;
    }

    /** Of an older release, or at the very beginning. Before the first update nothing can be learned from twice. */
    private SortedMap<Integer, Long> byGroup() {
        SortedMap<Integer, Long> next = new TreeMap<>();
        beginnings.forEach((partition, beginning) -> {
            boolean empty = ends.get(partition).equals(beginning);
            if (!committed.containsKey(partition) && update > 0 && !empty) {
                throw refused("its checkpoint of update " + update + " has no positions, and group " + group
                        + " has no offset for " + topic + " partition " + partition
                        + ", which has records: an older release left this to the group, which must have one for each;"
                        + " set it to where that partition's last input of an update ends, or to 0 if none had any");
            }
            next.put(partition, committed.getOrDefault(partition, beginning));
        });
        return next;
    }

    private IllegalStateException refused(String why) {
        return new IllegalStateException(
                "team '" + team + "' cannot be trained on: " + why + ", or begin anew under another topic prefix");
    }
}
