package io.marft.testkit.verify;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import io.marft.testkit.Log.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares a team's updates with its trajectories, the trainer's committed offsets, and the adapters that were published
 * and acted with. To be used once.
 */
final class TrainingCheck {

    private final History history;
    private final Map<String, Placed<Trajectory>> trajectories = new HashMap<>();
    private final Set<String> accounted = new HashSet<>();
    private final Map<String, String> digests = new HashMap<>();
    private final List<String> findings = new ArrayList<>();
    private List<TrajectoryPosition> positions = List.of();
    private int updates;
    private int trained;
    private int dropped;

    TrainingCheck(History history) {
        this.history = history;
        for (Placed<Trajectory> placed : history.trajectories()) {
            Trajectory trajectory = placed.value();
            if (trajectory.getTeam().equals(history.team()) && trajectory.getPurpose() == Purpose.TRAINING) {
                trajectories.put(place(placed.partition(), placed.offset()), placed);
            }
        }
    }

    private static String place(int partition, long offset) {
        return partition + "@" + offset;
    }

    private static String version(String agent, long version) {
        return agent + " version " + version;
    }

    List<String> findings() {
        long number = 0;
        String state = "";
        for (Placed<Update> placed : history.updates()) {
            Update update = placed.value();
            if (!update.getTeam().equals(history.team())) {
                continue;
            }
            account(update);
            positions = update.getPositions();
            boolean accountOnly = update.getAgents().isEmpty();
            long due = accountOnly ? number : number + 1;
            if (update.getUpdate() != due) {
                findings.add("misnumbered update " + update.getUpdate() + ": must be " + due);
            }
            number = update.getUpdate();
            if (accountOnly) {
                continue;
            }
            updates++;
            if (!state.isEmpty() && !update.getPreviousStateDigest().equals(state)) {
                findings.add("differing update " + number + ": begins with state " + update.getPreviousStateDigest()
                        + ", but the one before left " + state);
            }
            state = update.getStateDigest();
        }
        checkOffsets();
        checkAdapters();
        return findings;
    }

    private void account(Update update) {
        for (TrajectoryOffset input : update.getInputs()) {
            trained++;
            account(update.getUpdate(), input.getPartition(), input.getOffset(), input.getEpisode());
        }
        for (DroppedTrajectory skipped : update.getDropped()) {
            dropped++;
            account(update.getUpdate(), skipped.getPartition(), skipped.getOffset(), skipped.getEpisode());
        }
        for (AgentUpdate agent : update.getAgents()) {
            digests.put(version(agent.getAgent(), agent.getVersion()), agent.getDigest());
        }
    }

    private void account(long update, int partition, long offset, String episode) {
        String place = place(partition, offset);
        Placed<Trajectory> trajectory = trajectories.get(place);
        if (trajectory == null || !trajectory.value().getEpisode().equals(episode)) {
            findings.add("extra input " + episode + " of update " + update + ": no such trajectory at " + place);
        }
        if (!accounted.add(place)) {
            findings.add("double input " + episode + " of update " + update + ": accounted for already at " + place);
        }
    }

    private void checkOffsets() {
        for (TrajectoryPosition position : positions) { // None where an older release trained last.
            Long committed = history.committed().get(position.getPartition());
            if (!Long.valueOf(position.getOffset()).equals(committed)) {
                findings.add("differing position of partition " + position.getPartition() + ": " + position.getOffset()
                        + " in the last update record, committed is " + committed);
            }
        }
        trajectories.forEach((place, trajectory) -> {
            long committed = history.committed().getOrDefault(trajectory.partition(), 0L);
            boolean consumed = trajectory.offset() < committed;
            if (consumed != accounted.contains(place)) {
                findings.add((consumed ? "unaccounted" : "uncommitted") + " trajectory "
                        + trajectory.value().getEpisode() + ": at " + place + ", committed up to " + committed);
            }
        });
    }

    /** Each update must have published one adapter for each agent, and no action may have another. */
    private void checkAdapters() {
        Set<String> published = new HashSet<>();
        for (Placed<AdapterManifest> placed : history.adapters()) {
            AdapterManifest manifest = placed.value();
            if (manifest.getTeam().equals(history.team())) {
                String version = version(manifest.getAgent(), manifest.getVersion());
                if (!published.add(version)) {
                    findings.add("double adapter " + version);
                } else if (!manifest.getDigest().equals(digests.get(version))) {
                    findings.add("differing adapter " + version + ": has digest " + manifest.getDigest()
                            + ", its update says " + digests.get(version));
                }
            }
        }
        digests.keySet().stream()
                .filter(version -> !published.contains(version))
                .forEach(version -> findings.add("missing adapter " + version));
        for (Placed<Action> placed : history.actions()) {
            Action action = placed.value();
            String version = version(action.getAgent(), action.getAdapterVersion());
            String digest = action.getAdapterVersion() == 0 ? "" : digests.get(version);
            if (action.getTeam().equals(history.team())
                    && !action.getAdapterDigest().equals(digest)) {
                findings.add("differing action " + action.getEpisode() + "/" + action.getStep() + "/"
                        + action.getAgent() + ": acted with " + action.getAdapterDigest() + ", but " + version + " is "
                        + digest);
            }
        }
    }

    int updates() {
        return updates;
    }

    int trained() {
        return trained;
    }

    int dropped() {
        return dropped;
    }

    int waiting() {
        return trajectories.size() - accounted.size();
    }
}
