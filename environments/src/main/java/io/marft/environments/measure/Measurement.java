package io.marft.environments.measure;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The state of a running measurement: which of its episodes are closed, and which of these are right. Not thread-safe. */
final class Measurement {

    /** A reward is a mean of verdicts and is rounded, so the sum of a right episode can be a little below 1. */
    private static final double RIGHT = 1 - 1e-9;

    private final Set<String> episodes;
    private final Map<String, Boolean> right = new HashMap<>();
    private final Map<String, Long> adapterVersions = new TreeMap<>();

    /** @param episodes the ids of the episodes to be measured */
    Measurement(Set<String> episodes, Team team) {
        this.episodes = episodes;
        team.getAgents().forEach(agent -> adapterVersions.put(agent.getName(), 0L));
    }

    /** Whether the episode is one of those to be measured. */
    boolean has(String episode) {
        return episodes.contains(episode);
    }

    void take(Trajectory trajectory) {
        if (!has(trajectory.getEpisode())) {
            return;
        }
        double sum = 0;
        for (Step step : trajectory.getSteps()) {
            sum += step.getReward() == null ? 0 : step.getReward().getValue();
            for (Action action : step.getActions()) {
                adapterVersions.computeIfPresent(
                        action.getAgent(), (agent, version) -> Math.max(version, action.getAdapterVersion()));
            }
        }
        right.putIfAbsent(trajectory.getEpisode(), trajectory.getClosure() != Closure.TIMED_OUT && sum >= RIGHT);
    }

    /** How many episodes are closed. */
    int closed() {
        return right.size();
    }

    /** How many episodes ended in time and every answer in them was right. */
    int correct() {
        return (int) right.values().stream().filter(Boolean::booleanValue).count();
    }

    /** The newest adapter version with which each agent acted. */
    Map<String, Long> adapterVersions() {
        return adapterVersions;
    }

    /** Whether every episode is closed. */
    boolean complete() {
        return right.size() == episodes.size();
    }
}
