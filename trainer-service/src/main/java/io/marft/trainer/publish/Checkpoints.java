package io.marft.trainer.publish;

import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogRecords;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the training state that a team's last committed update left behind. */
public final class Checkpoints {

    /** In offsets: the newest checkpoint ends the topic, which holds older ones until it is compacted. */
    private static final long FIRST_LOOK = 256;

    private static final long FURTHER = 8;

    private final Map<Integer, CheckpointChunk> newest = new TreeMap<>();

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
        return !newest.isEmpty()
                && newest.size() == newest.values().iterator().next().getCount();
    }

    /** Chunks come in the order of updates; those of an older one are forgotten. */
    private void add(CheckpointChunk chunk) {
        newest.values().removeIf(known -> known.getUpdate() < chunk.getUpdate());
        newest.put(chunk.getIndex(), chunk);
    }

    private Optional<TrainingState> state() {
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        CheckpointChunk any = newest.values().iterator().next();
        List<ByteBuffer> pieces = new ArrayList<>();
        newest.values().forEach(chunk -> pieces.add(chunk.getData()));
        String digest = digest(pieces);
        if (newest.size() != any.getCount() || !digest.equals(any.getDigest())) {
            throw new IllegalStateException("checkpoint of update " + any.getUpdate() + " of team '" + any.getTeam()
                    + "' is damaged: " + newest.size() + " of " + any.getCount() + " chunks with digest " + digest
                    + ", expected " + any.getDigest());
        }
        return Optional.of(StateBytes.read(Chunks.stream(pieces)));
    }

    private static String digest(List<ByteBuffer> pieces) {
        try (InputStream bytes = Chunks.stream(pieces)) {
            return StateBytes.digest(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
