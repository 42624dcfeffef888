package io.marft.trainer.update;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.trainer.critic.Critic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that training has learned so far, and all that the next update starts from beside its data. Immutable.
 *
 * @param team the team's name
 * @param baseModelDigest the frozen base model that everything refers to
 * @param update how many updates led here; also the version of every agent's adapter
 * @param agents each agent's state, in the team's declared order
 * @param critic the critic that all agents share
 * @param criticMoments its optimizer's moments
 */
public record TrainingState(
        String team,
        String baseModelDigest,
        long update,
        Map<String, AgentState> agents,
        Critic critic,
        Moments criticMoments) {

    public TrainingState {
        agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
    }

    /** Where training begins: a function of base model, team, configuration and seed. */
    public static TrainingState initial(
            String baseModelDigest, ModelConfig model, Team team, TrainingConfiguration configuration, long seed) {
        Map<String, AgentState> agents = new LinkedHashMap<>();
        for (TeamAgent agent : team.getAgents()) {
            long agentSeed = Seeds.derive(seed, "adapter " + agent.getName());
            agents.put(agent.getName(), AgentState.fresh(Adapter.initial(configuration.lora(), model, agentSeed)));
        }
        Critic critic = Critic.initial(criticSizes(model, configuration), Seeds.derive(seed, "critic"));
        return new TrainingState(
                team.getName(), baseModelDigest, 0, agents, critic, Moments.zero(critic.weights().length));
    }

    private static List<Integer> criticSizes(ModelConfig model, TrainingConfiguration configuration) {
        List<Integer> sizes = new ArrayList<>();
        sizes.add(model.hiddenSize());
        sizes.addAll(configuration.critic().hidden());
        sizes.add(1);
        return sizes;
    }

    /**
     * The state after an adapter was brought in from outside, which counts as an update: one agent has other weights,
     * whose moments begin anew; all else stays.
     *
     * @throws IllegalArgumentException if there is no such agent, or the adapter is shaped otherwise than those trained
     */
    public TrainingState withImported(String agent, Adapter adapter) {
        if (!agents.containsKey(agent)) {
            throw new IllegalArgumentException(
                    "agent '" + agent + "' is none of team '" + team + "': " + agents.keySet());
        }
        LoraConfig lora = agents.get(agent).adapter().config();
        if (!adapter.config().equals(lora)) {
            throw new IllegalArgumentException("adapter has " + yaml(adapter.config()) + ", training of team '" + team
                    + "' has " + yaml(lora)
                    + (update > 0
                            ? ": start anew under another topic prefix to change it"
                            : ": name the adapter's in the training file"));
        }
        Map<String, AgentState> changed = new LinkedHashMap<>(agents);
        changed.put(agent, AgentState.fresh(adapter));
        return new TrainingState(team, baseModelDigest, update + 1, changed, critic, criticMoments);
    }

    private static String yaml(LoraConfig lora) {
        return "lora: {rank: " + lora.rank() + ", alpha: " + lora.alpha() + ", targets: " + lora.targets() + "}";
    }

    /**
     * Checks that training may go on from this state: what was shaped at the beginning must not have changed.
     *
     * @throws IllegalStateException naming what differs
     */
    public void checkFits(
            String loadedModelDigest, ModelConfig model, Team loadedTeam, TrainingConfiguration configuration) {
        same("base model", baseModelDigest, loadedModelDigest);
        same(
                "team's agents",
                List.copyOf(agents.keySet()),
                loadedTeam.getAgents().stream().map(TeamAgent::getName).toList());
        LoraConfig lora = agents.values().iterator().next().adapter().config();
        same("lora", lora, configuration.lora());
        same("critic's sizes", critic.sizes(), criticSizes(model, configuration));
    }

    private void same(String what, Object trained, Object configured) {
        if (!trained.equals(configured)) {
            throw new IllegalStateException("training of team '" + team + "' went to update " + update + " with " + what
                    + " " + trained + ", but " + configured + " is configured: restore it, or start anew under"
                    + " another topic prefix");
        }
    }
}
