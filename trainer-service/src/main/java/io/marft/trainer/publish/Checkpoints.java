package io.marft.trainer.publish;

import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.wire.ChunkSet;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogRecords;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.util.Optional;

/** Finds the training state that a team's last committed update left behind. */
public final class Checkpoints {

    /** In offsets: the newest checkpoint ends the topic, which holds older ones until it is compacted. */
    private static final long FIRST_LOOK = 256;

    private static final long FURTHER = 8;

    private ChunkSet chunks = new ChunkSet();
    /** A chunk of the newest checkpoint; any tells the update, the digest and the count. Null before the first. */
    private CheckpointChunk newest;

    private Checkpoints() {}

    /**
     * The state that training goes on from: after the last committed update, or the initial one.
     *
     * @throws IllegalStateException if the log's last checkpoint is damaged, or of another model, team or shape
     */
    public static TrainingState resume(TrainerSettings settings, String modelDigest, ModelConfig model) {
        TrainingConfiguration configuration = settings.configuration();
        Optional<TrainingState> latest =
                latest(settings.client(), settings.team().getName());
        latest.ifPresent(state -> state.checkFits(modelDigest, model, settings.team(), configuration));
        return latest.orElseGet(
                () -> TrainingState.initial(modelDigest, model, settings.team(), configuration, settings.seed()));
    }

    /**
     * The state after the last committed update; empty before the first.
     *
     * @throws IllegalStateException if the log's last checkpoint is not whole or does not have its digest
     */
    public static Optional<TrainingState> latest(ClientSettings client, String team) {
        String topic = client.topics().of(Topic.CHECKPOINTS);
        try (LogRecords log = new LogRecords(client)) {
            for (long offsets = FIRST_LOOK; ; offsets *= FURTHER) {
                Checkpoints checkpoints = new Checkpoints();
                boolean all = log.forLastReadable(topic, offsets, CheckpointChunk.class, chunk -> {
                    if (chunk.getTeam().equals(team)) {
                        checkpoints.add(chunk);
                    }
                });
                if (all || checkpoints.whole()) {
                    return checkpoints.state();
                }
            }
        }
    }

    private boolean whole() {
        return newest != null && chunks.isWhole(newest.getCount());
    }

    /** Chunks come in the order of updates; those of an older one are forgotten. */
    private void add(CheckpointChunk chunk) {
        if (newest == null || newest.getUpdate() < chunk.getUpdate()) {
            chunks = new ChunkSet();
            newest = chunk;
        }
        if (newest.getUpdate() == chunk.getUpdate()) {
            chunks.add(chunk.getIndex(), chunk.getData());
        }
    }

    private Optional<TrainingState> state() {
        if (newest == null) {
            return Optional.empty();
        }
        int count = newest.getCount();
        if (!whole()) {
            throw damaged(chunks.present(count) + " of " + count + " chunks are there");
        }
        String digest = chunks.digest(count);
        if (!digest.equals(newest.getDigest())) {
            throw damaged("it has digest " + digest + ", expected " + newest.getDigest());
        }
        return Optional.of(StateBytes.read(chunks.stream(count)));
    }

    private IllegalStateException damaged(String why) {
        return new IllegalStateException("checkpoint of update " + newest.getUpdate() + " of team '" + newest.getTeam()
                + "' is damaged: " + why);
    }
}
