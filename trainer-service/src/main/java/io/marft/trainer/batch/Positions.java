package io.marft.trainer.batch;

import io.marft.schemas.record.TrajectoryPosition;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a trainer has come in the trajectories. Everything before is accounted for. Immutable.
 *
 * @param next by partition the offset of the next record that is to be read
 */
public record Positions(SortedMap<Integer, Long> next) {

    public Positions {
        next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
    }

    /** The positions that lie on the log. */
    public static Positions of(List<TrajectoryPosition> recorded) {
        SortedMap<Integer, Long> next = new TreeMap<>();
        recorded.forEach(position -> next.put(position.getPartition(), position.getOffset()));
        return new Positions(next);
    }

    /** The positions as they lie on the log, lowest partition first. */
    public List<TrajectoryPosition> records() {
        return next.entrySet().stream()
                .map(position -> new TrajectoryPosition(position.getKey(), position.getValue()))
                .toList();
    }

    /** The positions as offsets of a consumer group. */
    public Map<TopicPartition, OffsetAndMetadata> offsets(String topic) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        next.forEach((partition, offset) ->
                offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
        return offsets;
    }

    /** For instance {@code 0 at 17, 1 at 0}. */
    @Override
    public String toString() {
        List<String> each = next.entrySet().stream()
                .map(position -> position.getKey() + " at " + position.getValue())
                .toList();
        return String.join(", ", each);
    }
}
