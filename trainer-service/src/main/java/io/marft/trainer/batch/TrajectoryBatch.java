package io.marft.trainer.batch;

import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.EncodedSize;
import io.marft.schemas.wire.KeyText;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The batch of the next update while it fills up, in the order of consumption, with an account of every record that was
 * consumed on the way: learned from, dropped, or rejected. The positions that the update records cover exactly these.
 *
 * <p>To be used by one thread.
 */
public final class TrajectoryBatch {

    /** Of the account in one record, and of what is kept in memory while nothing comes that can be learned from. */
    private static final int MOST_ACCOUNT_BYTES = 512 * 1024;

    /** Of records that are none of this trainer's: a start reads them again from the last positions. */
    private static final int MOST_RECORDS = 50_000;

    private final String service;
    private final TeamReader reader;
    private final AdapterVersions adapters;
    private final int maxStaleness;
    private final List<Episode> episodes = new ArrayList<>();
    private final SortedSet<Integer> teamVersions = new TreeSet<>();
    private final List<TrajectoryOffset> inputs = new ArrayList<>();
    private final List<DroppedTrajectory> dropped = new ArrayList<>();
    private final List<DeadLetter> rejected = new ArrayList<>();
    private final SortedMap<Integer, Long> next;
    private long accountBytes;
    private int taken;

    /**
     * An empty batch.
     *
     * @param service the trainer's name, for dead letters
     * @param adapters where the agents' adapters stand before the update
     * @param maxStaleness how many versions an action may lag behind
     * @param from where it begins, in every partition
     */
    public TrajectoryBatch(
            String service, TeamReader reader, AdapterVersions adapters, int maxStaleness, Positions from) {
        this.service = service;
        this.reader = reader;
        this.adapters = adapters;
        this.maxStaleness = maxStaleness;
        this.next = new TreeMap<>(from.next());
    }

    /** Takes the next record: into the batch, or into the account of those that were passed over. */
    public void add(ConsumerRecord<String, byte[]> source, Decoded<Trajectory> decoded) {
        next.put(source.partition(), source.offset() + 1);
        taken++;
        if (decoded instanceof Decoded.Invalid<Trajectory> invalid) {
            reject(source, invalid.reason());
        } else if (decoded instanceof Decoded.Valid<Trajectory> valid) {
            KeyText.mismatch(source.key(), valid.value().getEpisode())
                    .ifPresentOrElse(reason -> reject(source, reason), () -> add(source, valid.value()));
        }
    }

    private void add(ConsumerRecord<String, byte[]> source, Trajectory trajectory) {
        Reading reading = reader.read(trajectory, adapters, maxStaleness);
        if (reading instanceof Reading.Usable usable) {
            episodes.add(usable.episode());
            teamVersions.add(trajectory.getTeamVersion());
            inputs.add(new TrajectoryOffset(source.partition(), source.offset(), trajectory.getEpisode()));
        } else if (reading instanceof Reading.Dropped old) {
            drop(source, trajectory, old.reason());
        } else if (reading instanceof Reading.Invalid invalid) {
            drop(source, trajectory, invalid.reason());
            reject(source, "trajectory " + trajectory.getEpisode() + " " + invalid.reason());
        }
    }

    private void drop(ConsumerRecord<String, byte[]> source, Trajectory trajectory, String reason) {
        DroppedTrajectory entry =
                new DroppedTrajectory(source.partition(), source.offset(), trajectory.getEpisode(), reason);
        dropped.add(entry);
        accountBytes += EncodedSize.atMost(entry);
    }

    private void reject(ConsumerRecord<String, byte[]> source, String reason) {
        DeadLetter letter = DeadLetters.of(service, reason, source);
        rejected.add(letter);
        accountBytes += EncodedSize.atMost(letter);
    }

    /**
     * Whether the account should be written now: much was read, and nothing to learn from was in it. Behind the first
     * episode it waits for the update, since the positions behind what is to be learned from are written with it only.
     */
    public boolean isAccountDue() {
        return episodes.isEmpty() && (accountBytes >= MOST_ACCOUNT_BYTES || taken >= MOST_RECORDS);
    }

    /** What the update learns from. */
    public List<Episode> episodes() {
        return episodes;
    }

    /** The versions of the team that {@link #episodes} kept, lowest first. */
    public SortedSet<Integer> teamVersions() {
        return teamVersions;
    }

    /** Where {@link #episodes} came from, in the same order. */
    public List<TrajectoryOffset> inputs() {
        return inputs;
    }

    /** Trajectories of this team that were read and not used, with the reason. */
    public List<DroppedTrajectory> dropped() {
        return dropped;
    }

    /** {@link #dropped} in as many pieces as it takes for each to have room in a record, and at least one. */
    public List<List<DroppedTrajectory>> droppedInPieces() {
        List<List<DroppedTrajectory>> pieces = new ArrayList<>(List.of(new ArrayList<>()));
        long bytes = 0;
        for (DroppedTrajectory each : dropped) {
            bytes += EncodedSize.atMost(each);
            if (bytes > MOST_ACCOUNT_BYTES && !pieces.get(pieces.size() - 1).isEmpty()) {
                pieces.add(new ArrayList<>());
                bytes = EncodedSize.atMost(each);
            }
            pieces.get(pieces.size() - 1).add(each);
        }
        return pieces;
    }

    /** Records that no sound service would have written. */
    public List<DeadLetter> rejected() {
        return rejected;
    }

    /** For every partition the offset after the last record taken, or where the batch began. */
    public Positions positions() {
        return new Positions(next);
    }
}
