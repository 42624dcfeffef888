package io.marft.trainer.batch;

import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Reads the trajectories of a team whose definition may change: each by the version that its episode kept.
 *
 * <p>To be used by one thread.
 */
public final class TeamReader {

    private final String team;
    private final LanguageModel model;
    private final IntFunction<Optional<Team>> versions;
    private final Function<Team, Optional<String>> refusal;
    private final Map<Integer, EpisodeReader> readers = new HashMap<>();
    private final Map<Integer, String> refused = new HashMap<>();

    /**
     * @param team the team's name
     * @param versions finds a version of it
     * @param refusal why a version is not to be learned from; empty if it may be
     */
    public TeamReader(
            String team,
            LanguageModel model,
            IntFunction<Optional<Team>> versions,
            Function<Team, Optional<String>> refusal) {
        this.team = team;
        this.model = model;
        this.versions = versions;
        this.refusal = refusal;
    }

    /**
     * Reads a trajectory.
     *
     * @param adapters where the agents' adapters stand
     * @param maxStaleness how many versions an action may lag behind
     */
    public Reading read(Trajectory trajectory, AdapterVersions adapters, int maxStaleness) {
        if (!trajectory.getTeam().equals(team) || trajectory.getPurpose() != Purpose.TRAINING) {
            return new Reading.Foreign();
        }
        int version = trajectory.getTeamVersion();
        if (!readers.containsKey(version) && !refused.containsKey(version)) {
            Optional<Team> found = versions.apply(version);
            if (found.isEmpty()) {
                return new Reading.Invalid("is of team version " + version + ", which is not on the log");
            }
            know(found.get());
        }
        return refused.containsKey(version)
                ? new Reading.Dropped("is of team version " + version + ", " + refused.get(version))
                : readers.get(version).read(trajectory, adapters, maxStaleness);
    }

    private void know(Team version) {
        try {
            EpisodeReader reader = new EpisodeReader(version, model);
            Optional<String> why = refusal.apply(version);
            if (why.isPresent()) {
                refused.put(version.getVersion(), why.get());
                return;
            }
            readers.put(version.getVersion(), reader);
        } catch (IllegalArgumentException e) {
            refused.put(version.getVersion(), "which cannot be trained: " + e.getMessage());
        }
    }
}
