package io.marft.trainer.state;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.DependencyFunction;
import io.marft.trainer.Require;
import io.marft.trainer.batch.AdapterVersions;
import io.marft.trainer.configure.CreditMode;
import io.marft.trainer.configure.Formulas;
import io.marft.trainer.configure.TrainingConfiguration;
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
 * @param agents each agent's state, in the team's declared order; behind them those that joined later, in the order in
 *     which they did. An agent that is no longer in the team keeps its own
 * @param critics the one critic that all agents share, under {@link #SHARED}; or each agent's own, under its name
 */
public record TrainingState(
        String team,
        String baseModelDigest,
        long update,
        Map<String, AgentState> agents,
        Map<String, CriticState> critics) {

    /** The name of the critic that all agents share; no agent can have it. */
    public static final String SHARED = "";

    /** A checkpoint has each thrice, with its two moments, in 4 bytes: at most 4 GiB, in some 8,200 records. */
    static final long MOST_WEIGHTS = (4L << 30) / (3 * Float.BYTES);

    /** Checks that the state can be written. */
    public TrainingState {
        critics = Collections.unmodifiableMap(new LinkedHashMap<>(critics));
        agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
        long weights = agents.values().stream()
                        .mapToLong(state -> AgentState.weights(state.adapter()))
                        .sum()
                + critics.values().stream()
                        .mapToLong(state -> state.critic().size())
                        .sum();
        if (weights > MOST_WEIGHTS) {
            throw new IllegalArgumentException("training of team '" + team + "' must have at most " + MOST_WEIGHTS
                    + " weights in all adapters and critics, got: " + weights
                    + "; train fewer agents, or make lora.rank, lora.targets or critic.hidden smaller");
        }
    }

    /** Where training begins: a function of base model, team, configuration and seed. */
    public static TrainingState initial(
            String baseModelDigest, ModelConfig model, Team team, TrainingConfiguration configuration, long seed) {
        checkFormulas(team, configuration);
        return new TrainingState(team.getName(), baseModelDigest, 0, Map.of(), Map.of())
                .withAgentsOf(List.of(team), model, configuration, seed);
    }

    /**
     * The state in which every agent of these versions of the team has a part; those that join begin as they would have at
     * the beginning. Agents that are in none of them keep what they have.
     */
    public TrainingState withAgentsOf(
            List<Team> versions, ModelConfig model, TrainingConfiguration configuration, long seed) {
        Map<String, AgentState> all = new LinkedHashMap<>(agents);
        Map<String, CriticState> allCritics = new LinkedHashMap<>(critics);
        for (Team version : versions) {
            for (TeamAgent agent : version.getAgents()) {
                String name = agent.getName();
                long agentSeed = Seeds.derive(seed, "adapter " + name);
                all.computeIfAbsent(
                        name,
                        absent -> AgentState.fresh(Adapter.initial(configuration.lora(), model, agentSeed), update));
                String owner = configuration.credit() == CreditMode.TEAM ? SHARED : name;
                long criticSeed = Seeds.derive(seed, owner.equals(SHARED) ? "critic" : "critic " + owner);
                allCritics.computeIfAbsent(
                        owner,
                        absent -> CriticState.fresh(Critic.initial(criticSizes(model, configuration), criticSeed)));
            }
        }
        return new TrainingState(team, baseModelDigest, update, all, allCritics);
    }

    /** Where the agents' adapters stand. */
    public AdapterVersions adapterVersions() {
        return new AdapterVersions(
                update, agent -> agents.containsKey(agent) ? agents.get(agent).since() : update);
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
        changed.put(agent, AgentState.fresh(adapter, agents.get(agent).since()));
        return new TrainingState(team, baseModelDigest, update + 1, changed, critics);
    }

    private static String yaml(LoraConfig lora) {
        return "lora: {rank: " + lora.rank() + ", alpha: " + lora.alpha() + ", targets: " + lora.targets() + "}";
    }

    /**
     * Checks that training may go on from this state: what was shaped at the beginning must not have changed. The team's
     * agents may have.
     *
     * @throws IllegalStateException naming what differs
     * @throws IllegalArgumentException if the reference's formulas are to train a team whose agents may be skipped
     */
    public void checkFits(
            String loadedModelDigest, ModelConfig model, Team loadedTeam, TrainingConfiguration configuration) {
        checkFormulas(loadedTeam, configuration);
        same("base model", baseModelDigest, loadedModelDigest);
        LoraConfig lora = agents.values().iterator().next().adapter().config();
        same("lora", lora, configuration.lora());
        same("critics", described(critics.containsKey(SHARED)), described(configuration.credit() == CreditMode.TEAM));
        same("critic's sizes", critics.values().iterator().next().critic().sizes(), criticSizes(model, configuration));
    }

    /** The reference has every agent act in every step. */
    private static void checkFormulas(Team team, TrainingConfiguration configuration) {
        Require.that(
                configuration.formulas() == Formulas.MARFT || !new DependencyFunction(team).skips(),
                "formulas",
                "marft for team '" + team.getName() + "', whose agents may be skipped by 'when'",
                "reference");
    }

    private static String described(boolean shared) {
        return shared ? "one for the team" : "one for each agent";
    }

    private void same(String what, Object trained, Object configured) {
        if (!trained.equals(configured)) {
            throw new IllegalStateException("training of team '" + team + "' went to update " + update + " with " + what
                    + " " + trained + ", but " + configured + " is configured: restore it, or start anew under"
                    + " another topic prefix");
        }
    }
}
