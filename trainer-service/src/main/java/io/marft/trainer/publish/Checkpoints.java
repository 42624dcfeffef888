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

/** Finds the training state that a team's last committed update left behind, and the positions beside it. */
public final class Checkpoints {

    /** In offsets: the newest checkpoint ends the topic, which holds older ones until it is compacted. */
    private static final long FIRST_LOOK = 256;

    private static final long FURTHER = 8;

    private ChunkSet chunks = new ChunkSet();
    /** A chunk of the newest checkpoint; any tells the update, the digest and the count. Null before the first. */
    private CheckpointChunk newest;

    private Optional<CheckpointChunk> positions = Optional.empty();

    private Checkpoints() {}

    /**
     * What a team's trainer left behind.
     *
     * @param state the state after the last committed update; empty before the first
     * @param digest the state's, or empty
     * @param positions the newest record of the trainer's positions; empty where only older releases have trained
     */
    record Latest(Optional<TrainingState> state, String digest, Optional<CheckpointChunk> positions) {

        /**
         * The state that training goes on from: that one, or the initial one.
         *
         * @throws IllegalStateException if it is of another model, team or shape
         */
        TrainingState resume(TrainerSettings settings, String modelDigest, ModelConfig model) {
            TrainingConfiguration configuration = settings.configuration();
            state.ifPresent(known -> known.checkFits(modelDigest, model, settings.team(), configuration));
            return state.orElseGet(() ->
                    TrainingState.initial(modelDigest, model, settings.team(), configuration, settings.seed()));
        }
    }

    /**
     * The state after the last committed update; empty before the first.
     *
     * @throws IllegalStateException if the log's last checkpoint is not whole or does not have its digest
     */
    public static Optional<TrainingState> latest(ClientSettings client, String team) {
        return read(client, team).state();
    }

    /**
     * What the trainer left behind with its last update or account.
     *
     * @throws IllegalStateException if the log's last checkpoint is not whole or does not have its digest
     */
    static Latest read(ClientSettings client, String team) {
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
                    return checkpoints.found();
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
        if (chunk.getIndex() == UpdateRecords.POSITIONS) {
            positions = Optional.of(chunk);
        } else if (newest.getUpdate() == chunk.getUpdate()) {
            chunks.add(chunk.getIndex(), chunk.getData());
        }
    }

    private Latest found() {
        if (newest == null || newest.getUpdate() == 0) {
            return new Latest(Optional.empty(), "", positions);
        }
        int count = newest.getCount();
        if (!whole()) {
            throw damaged(chunks.present(count) + " of " + count + " chunks are there");
        }
        String digest = chunks.digest(count);
        if (!digest.equals(newest.getDigest())) {
            throw damaged("it has digest " + digest + ", expected " + newest.getDigest());
        }
        return new Latest(Optional.of(StateBytes.read(chunks.stream(count))), digest, positions);
    }

    private IllegalStateException damaged(String why) {
        return new IllegalStateException("checkpoint of update " + newest.getUpdate() + " of team '" + newest.getTeam()
                + "' is damaged: " + why);
    }
}
