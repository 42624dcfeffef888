package io.marft.trainer.publish;

import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Update;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import io.marft.streaming.log.LogRecords;
import io.marft.trainer.batch.Positions;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.state.TrainingState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a team's training stands on the log.
 *
 * @param state what the last committed update left behind, or the initial state
 * @param positions how far the trainer has come in every partition of the trajectories
 */
public record Standing(TrainingState state, Positions positions) {

    /** In offsets of the update records: the newest of a team is among the last ones, unless there are many teams. */
    private static final long FIRST_LOOK = 64;

    private static final long FURTHER = 8;

    /**
     * Reads it. Whoever is to go on from there takes over the trainer's transactional id before.
     *
     * @param modelDigest of the base model that is loaded
     * @param model its shape
     * @param consumer one of the trainer's group; it gets all partitions of the trajectories, and is asked for offsets
     * @throws IllegalStateException if the log's last checkpoint is damaged, or of another model, team or shape; or if it
     *     cannot be said for sure where in the trajectories to go on
     */
    public static Standing read(
            TrainerSettings settings, String modelDigest, ModelConfig model, KafkaConsumer<?, ?> consumer) {
        ClientSettings client = settings.client();
        String team = settings.team().getName();
        Checkpoints.Latest latest = Checkpoints.read(client, team);
        TrainingState state = latest.resume(settings, modelDigest, model);
        String topic = client.topics().of(Topic.TRAJECTORIES);
        List<TopicPartition> partitions = LogReader.partitions(consumer, topic);
        consumer.assign(partitions);
        Map<Integer, Long> committed = new HashMap<>();
        consumer.committed(Set.copyOf(partitions)).forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition.partition(), offset.offset());
            }
        });
        Resumption resumption = new Resumption(
                team,
                topic,
                state.update(),
                latest.digest(),
                latest.positions(),
                newestUpdate(client, team),
                settings.identity(),
                committed,
                byPartition(consumer.beginningOffsets(partitions)),
                byPartition(consumer.endOffsets(partitions)));
        return new Standing(state, resumption.positions());
    }

    private static TreeMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
        TreeMap<Integer, Long> byPartition = new TreeMap<>();
        offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
        return byPartition;
    }

    private static Optional<Update> newestUpdate(ClientSettings client, String team) {
        String topic = client.topics().of(Topic.UPDATES);
        try (LogRecords log = new LogRecords(client)) {
            for (long offsets = FIRST_LOOK; ; offsets *= FURTHER) {
                List<Update> last = new ArrayList<>();
                boolean whole = log.forLastReadable(topic, offsets, Update.class, (record, update) -> {
                    if (update.getTeam().equals(team)) {
                        last.clear();
                        last.add(update);
                    }
                });
                if (whole || !last.isEmpty()) {
                    return last.stream().findFirst();
                }
            }
        }
    }
}
