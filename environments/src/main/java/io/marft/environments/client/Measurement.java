package io.marft.environments.client;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The state of a running measurement: which of its episodes have their actions and rewards. Not thread-safe. */
final class Measurement {

    private final Set<String> episodes;
    private final int agents;
    private final Set<String> acted = new HashSet<>();
    private final Map<String, Double> rewards = new HashMap<>();
    private final Map<String, Long> adapterVersions = new TreeMap<>();

    /** @param episodes the ids of the episodes to be measured */
    Measurement(Set<String> episodes, Team team) {
        this.episodes = episodes;
        this.agents = team.getAgents().size();
        team.getAgents().forEach(agent -> adapterVersions.put(agent.getName(), 0L));
    }

    /** Whether the episode is one of those to be measured. */
    boolean has(String episode) {
        return episodes.contains(episode);
    }

    void take(Action action) {
        if (has(action.getEpisode()) && adapterVersions.containsKey(action.getAgent())) {
            acted.add(action.getEpisode() + "/" + action.getAgent());
            adapterVersions.merge(action.getAgent(), action.getAdapterVersion(), Math::max);
        }
    }

    void take(Reward reward) {
        if (has(reward.getEpisode())) {
            rewards.putIfAbsent(reward.getEpisode(), reward.getValue());
        }
    }

    /** How many episodes have their reward. */
    int rewarded() {
        return rewards.size();
    }

    /** How many episodes were answered rightly by every answering agent. */
    int correct() {
        return (int) rewards.values().stream().filter(value -> value >= 1).count();
    }

    /** The newest adapter version with which each agent acted. */
    Map<String, Long> adapterVersions() {
        return adapterVersions;
    }

    /** Whether every episode has its reward and every agent's action. */
    boolean complete() {
        return rewards.size() == episodes.size() && acted.size() == episodes.size() * agents;
    }
}
