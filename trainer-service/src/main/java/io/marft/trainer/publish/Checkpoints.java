package io.marft.trainer.publish;

import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.digest.Sha256;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogRecords;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the training state that a team's last committed update left behind, and the positions beside it.
 *
 * <p>A first pass finds the newest checkpoint and digests it. A second one makes the state of it, if its digest is right.
 * Neither holds more of the bytes than what was polled. The chunks of a checkpoint lie in order, as one transaction wrote them.
 */
public final class Checkpoints {

    /** In offsets: the newest checkpoint ends the topic, which holds older ones until it is compacted. */
    private static final long FIRST_LOOK = 256;

    private static final long FURTHER = 8;

    private final String team;
    /** A record of the newest checkpoint; any tells the update, the digest and the count. Null before the first. */
    private CheckpointChunk newest;
    /** Where its first chunk is. Null before that. */
    private ConsumerRecord<String, byte[]> first;

    private Sha256 digest = new Sha256();
    private int present;
    private Optional<CheckpointChunk> positions = Optional.empty();

    private Checkpoints(String team) {
        this.team = team;
    }

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
            return state.orElseGet(
                    () -> TrainingState.initial(modelDigest, model, settings.team(), configuration, settings.seed()));
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
                Checkpoints checkpoints = new Checkpoints(team);
                boolean all = log.forLastReadable(topic, offsets, CheckpointChunk.class, checkpoints::add);
                if (all || checkpoints.whole()) {
                    return checkpoints.found(log);
                }
            }
        }
    }

    private boolean whole() {
        return newest != null && present == newest.getCount();
    }

    /** Records come in the order of updates; those of an older one are forgotten. */
    private void add(ConsumerRecord<String, byte[]> record, CheckpointChunk chunk) {
        if (!chunk.getTeam().equals(team)) {
            return;
        }
        if (newest == null || newest.getUpdate() < chunk.getUpdate()) {
            newest = chunk;
            present = 0;
        }
        if (chunk.getIndex() == UpdateRecords.POSITIONS) {
            positions = Optional.of(chunk);
        } else if (newest.getUpdate() == chunk.getUpdate() && chunk.getIndex() == present) {
            if (present == 0) {
                first = record;
                digest = new Sha256();
            }
            digest.add(chunk.getData().duplicate());
            present++;
        }
    }

    private Latest found(LogRecords log) {
        if (newest == null || newest.getUpdate() == 0) {
            return new Latest(Optional.empty(), "", positions);
        }
        if (!whole()) {
            throw damaged(present + " of " + newest.getCount() + " chunks are there");
        }
        String digested = digest.text();
        if (!digested.equals(newest.getDigest())) {
            throw damaged("it has digest " + digested + ", expected " + newest.getDigest());
        }
        Iterator<CheckpointChunk> records =
                log.from(new TopicPartition(first.topic(), first.partition()), first.offset(), CheckpointChunk.class);
        return new Latest(Optional.of(StateBytes.read(new Pieces(records))), digested, positions);
    }

    /** The newest checkpoint's bytes. Each chunk is read when the one before is used up. */
    private final class Pieces extends InputStream {

        private final Iterator<CheckpointChunk> records;
        private ByteBuffer piece = ByteBuffer.allocate(0);
        private int next;

        Pieces(Iterator<CheckpointChunk> records) {
            this.records = records;
        }

        @Override
        public int read() {
            return more() ? piece.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int at, int most) {
            if (!more()) {
                return -1;
            }
            int count = Math.min(most, piece.remaining());
            piece.get(to, at, count);
            return count;
        }

        private boolean more() {
            while (!piece.hasRemaining() && next < newest.getCount()) {
                piece = piece(next++);
            }
            return piece.hasRemaining();
        }

        private ByteBuffer piece(int index) {
            while (records.hasNext()) {
                CheckpointChunk chunk = records.next();
                if (chunk.getTeam().equals(team)
                        && chunk.getUpdate() == newest.getUpdate()
                        && chunk.getIndex() == index) {
                    return chunk.getData().duplicate();
                }
            }
            throw damaged("chunk " + index + " of " + newest.getCount() + " was deleted while it was read");
        }
    }

    private IllegalStateException damaged(String why) {
        return new IllegalStateException("checkpoint of update " + newest.getUpdate() + " of team '" + newest.getTeam()
                + "' is damaged: " + why);
    }
}
