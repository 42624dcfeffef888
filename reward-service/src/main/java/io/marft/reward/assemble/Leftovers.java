package io.marft.reward.assemble;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The records that assembly held of an episode and that its trajectory does not hold: actions of a team that is not the
 * episode's, rewards beyond its last step, or all of them where no observation ever came. A dead letter of each tells
 * whoever wrote it.
 */
final class Leftovers {

    /**
     * A record that is left over.
     *
     * @param topic where it was read
     * @param offset its offset there; -1 if an older release read it, which did not keep offsets
     */
    record Leftover(Topic topic, long offset, SpecificRecord value) {}

    private Leftovers() {}

    /**
     * The records that are left over.
     *
     * @param trajectory what the episode became; empty if it became none
     * @param observed the observations that count, among them the one that ended the episode
     */
    static List<Leftover> of(
            AssemblyState state, Optional<Trajectory> trajectory, List<? extends SpecificRecord> observed) {
        Set<SpecificRecord> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        taken.addAll(observed);
        for (Step step : trajectory.map(Trajectory::getSteps).orElse(List.of())) {
            taken.addAll(step.getActions());
            if (step.getReward() != null) {
                taken.add(step.getReward());
            }
        }
        List<Leftover> left = new ArrayList<>();
        add(left, taken, Topic.OBSERVATIONS, state.getObservations(), state.getObservationOffsets());
        add(left, taken, Topic.ACTIONS, state.getActions(), state.getActionOffsets());
        add(left, taken, Topic.REWARDS, state.getRewards(), state.getRewardOffsets());
        return left;
    }

    private static void add(
            List<Leftover> left,
            Set<SpecificRecord> taken,
            Topic topic,
            List<? extends SpecificRecord> records,
            List<Long> offsets) {
        for (int i = 0; i < records.size(); i++) {
            if (!taken.contains(records.get(i))) {
                left.add(new Leftover(topic, offset(i, records, offsets), records.get(i)));
            }
        }
    }

    /** Records that an older release read, which did not keep offsets, came first. */
    private static long offset(int index, List<? extends SpecificRecord> records, List<Long> offsets) {
        int unplaced = records.size() - offsets.size();
        return index < unplaced ? -1 : offsets.get(index - unplaced);
    }

    /** An observation that is held, with its place. */
    static Leftover held(AssemblyState state, Observation observation) {
        int index = state.getObservations().indexOf(observation);
        return new Leftover(
                Topic.OBSERVATIONS, offset(index, state.getObservations(), state.getObservationOffsets()), observation);
    }
}
