package io.marft.trainer.batch;

import io.marft.policy.LanguageModel;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Prompts;
import io.marft.policy.train.Sequence;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.ConditionException;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.StepInput;
import io.marft.trainer.Require;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Flattens trajectories into episodes, and refuses those that an update must not see. One number that is not finite or
 * one token outside of the vocabulary would poison every weight, so nothing is taken on trust.
 *
 * <p>Immutable and thread-safe.
 */
public final class EpisodeReader {

    private final Team team;
    private final DependencyFunction dependency;
    private final String baseModelDigest;
    private final ModelConfig model;
    private final Prompts prompts;

    /**
     * A reader of one team's trajectories.
     *
     * @param model the base model that all actions must come from
     * @throws IllegalArgumentException if an agent samples greedily, so that its actions have no probabilities
     */
    public EpisodeReader(Team team, LanguageModel model) {
        this(team, model.digest(), model.config(), model.prompts());
    }

    /**
     * A reader of one team's trajectories that needs no weights.
     *
     * @param baseModelDigest digest of the base model that all actions must come from
     * @param model that model's shape, which bounds tokens and lengths
     * @param prompts make the critic's context where that is not the actor's
     * @throws IllegalArgumentException if an agent samples greedily, so that its actions have no probabilities
     */
    public EpisodeReader(Team team, String baseModelDigest, ModelConfig model, Prompts prompts) {
        this.team = team;
        this.dependency = new DependencyFunction(team);
        this.baseModelDigest = baseModelDigest;
        this.model = model;
        this.prompts = prompts;
        for (TeamAgent agent : team.getAgents()) {
            Require.that(
                    agent.getSampling().getTemperature() > 0,
                    "temperature of agent '" + agent.getName() + "'",
                    "above 0 to be trained",
                    agent.getSampling().getTemperature());
        }
    }

    /**
     * Reads a trajectory of a team that has had all its agents from the beginning.
     *
     * @param version the adapter version that the next update starts from
     * @param maxStaleness how many versions an action may lag behind it
     */
    public Reading read(Trajectory trajectory, long version, int maxStaleness) {
        return read(trajectory, AdapterVersions.of(version), maxStaleness);
    }

    /**
     * Reads a trajectory.
     *
     * @param adapters where the agents' adapters stand
     * @param maxStaleness how many versions an action may lag behind
     */
    public Reading read(Trajectory trajectory, AdapterVersions adapters, int maxStaleness) {
        if (!trajectory.getTeam().equals(team.getName()) || trajectory.getPurpose() != Purpose.TRAINING) {
            return new Reading.Foreign();
        }
        if (trajectory.getTeamVersion() != team.getVersion()) {
            return new Reading.Dropped(
                    "is of team version " + trajectory.getTeamVersion() + ", the reader's is " + team.getVersion());
        }
        if (trajectory.getClosure() == Closure.TIMED_OUT) {
            return new Reading.Dropped("timed out before it was complete");
        }
        try {
            Episode episode = flatten(trajectory, adapters);
            if (episode.decisions().isEmpty()) {
                return new Reading.Dropped("has no actions: all agents were skipped");
            }
            return judgeAge(episode, adapters.newest(), maxStaleness);
        } catch (Unsound e) {
            return new Reading.Invalid(e.getMessage());
        }
    }

    private static Reading judgeAge(Episode episode, long version, int maxStaleness) {
        for (Decision decision : episode.decisions()) {
            long age = version - decision.version();
            if (age > maxStaleness) {
                return new Reading.Dropped("is stale: agent '" + decision.agent() + "' lagged " + age
                        + " versions behind, the limit is " + maxStaleness);
            }
        }
        return new Reading.Usable(episode);
    }

    private Episode flatten(Trajectory trajectory, AdapterVersions adapters) throws Unsound {
        require(!trajectory.getSteps().isEmpty(), "has no steps");
        require(
                trajectory.getSteps().size() <= team.getHorizon(),
                "has " + trajectory.getSteps().size() + " steps, the team's horizon is " + team.getHorizon());
        require(trajectory.getTerminal(), "was cut off, but is closed by " + trajectory.getClosure());
        List<Decision> decisions = new ArrayList<>();
        List<PredecessorAction> soFar = new ArrayList<>();
        for (int i = 0; i < trajectory.getSteps().size(); i++) {
            Step step = trajectory.getSteps().get(i);
            require(step.getStep() == i, "step " + step.getStep() + " stands in place " + i);
            flatten(step, adapters, soFar, decisions);
        }
        return new Episode(trajectory.getEpisode(), decisions);
    }

    /** One step in the topological order of D; its reward lies on the last decision that leads to an answer. */
    private void flatten(Step step, AdapterVersions adapters, List<PredecessorAction> soFar, List<Decision> decisions)
            throws Unsound {
        checkActed(step);
        require(step.getReward() != null, "step " + step.getStep() + " has no reward");
        double reward = step.getReward().getValue();
        require(Double.isFinite(reward), "step " + step.getStep() + " has reward " + reward);
        Set<String> acted = step.getActions().stream().map(Action::getAgent).collect(Collectors.toSet());
        Optional<String> rewarded = dependency.rewarded(acted).map(TeamAgent::getName);
        require(
                rewarded.isPresent() || reward == 0,
                "step " + step.getStep() + " has reward " + reward + ", but nobody answered");
        int before = soFar.size();
        for (Action action : step.getActions()) {
            check(action);
            require(
                    adapters.exists(action.getAgent(), action.getAdapterVersion()),
                    "agent '" + action.getAgent() + "' acted with adapter version " + action.getAdapterVersion()
                            + ", the newest is " + adapters.newest());
            Sequence sequence = new Sequence(ints(action.getPromptTokens()), ints(action.getOutputTokens()));
            decisions.add(new Decision(
                    action.getAgent(),
                    step.getStep(),
                    adapters.counted(action.getAgent(), action.getAdapterVersion()),
                    action.getSampling().getTemperature(),
                    sequence,
                    criticContext(step, action.getAgent(), sequence, soFar, before),
                    floats(action.getLogProbs()),
                    words(action.getText()),
                    rewarded.equals(Optional.of(action.getAgent())) ? reward : 0,
                    reward));
            soFar.add(new PredecessorAction(action.getAgent(), action.getAdapterVersion(), action.getText()));
        }
    }

    /** Exactly the agents that D lets act, in its order. */
    private void checkActed(Step step) throws Unsound {
        Map<String, String> texts = new HashMap<>();
        step.getActions().forEach(action -> texts.put(action.getAgent(), action.getText()));
        List<String> acted = step.getActions().stream().map(Action::getAgent).toList();
        try {
            StepInput input = StepInput.of(step);
            // D is asked agent by agent: one that has spoken already counts as acting, whatever its condition says.
            Map<String, String> said = new HashMap<>();
            for (TeamAgent agent : dependency.order()) {
                String name = agent.getName();
                if (texts.containsKey(name)
                        && dependency.state(input, said).ready().contains(agent)) {
                    said.put(name, texts.get(name));
                }
            }
            Set<String> skipped = dependency.state(input, said).skipped();
            List<String> order = dependency.order().stream()
                    .map(TeamAgent::getName)
                    .filter(agent -> !skipped.contains(agent))
                    .toList();
            require(
                    acted.equals(order),
                    "step " + step.getStep() + " has actions of " + acted + ", the order is " + order);
        } catch (ConditionException e) {
            throw new Unsound("step " + step.getStep() + ": " + e.getMessage());
        }
    }

    /**
     * The critic's context: the agent's profile, the observation and all actions so far. It is the actor's where that one
     * sees them all, as in the first step of a chain. Where it would leave no room for the agent's longest action, the
     * oldest actions are left out: what the critic sees must not depend on what the agent then does.
     *
     * @param soFar all earlier actions of the episode, those of this step from place {@code before} on
     */
    private int[] criticContext(Step step, String agent, Sequence actor, List<PredecessorAction> soFar, int before)
            throws Unsound {
        List<String> seen = dependency.agent(agent).getAfter();
        if (before == 0 && soFar.stream().allMatch(action -> seen.contains(action.getAgent()))) {
            return actor.prompt();
        }
        int longest = Math.max(
                actor.action().length, dependency.agent(agent).getSampling().getMaxNewTokens());
        int least = 0;
        int most = soFar.size() + 1;
        int[] found = {}; // The longest that fits; empty if not even the observation does.
        while (least < most) {
            int from = (least + most) / 2;
            int[] context = render(step, agent, soFar.subList(from, soFar.size()));
            if (context.length + longest <= model.maxPositions()) {
                found = context;
                most = from;
            } else {
                least = from + 1;
            }
        }
        require(found.length > 0, "agent '" + agent + "' has an observation that leaves the critic no room");
        for (int token : found) {
            checkToken(agent, token);
        }
        return found;
    }

    private int[] render(Step step, String agent, List<PredecessorAction> actions) throws Unsound {
        String profile = dependency.agent(agent).getProfile();
        try {
            return prompts.encodeTimeless(Conversation.of(profile, step.getMessages(), actions).stream()
                    .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                    .toList());
        } catch (IllegalArgumentException | CheckpointException e) {
            throw new Unsound("agent '" + agent + "' has no context for the critic: " + e.getMessage());
        }
    }

    private void checkToken(String agent, int token) throws Unsound {
        int vocabulary = model.vocabSize();
        require(token >= 0 && token < vocabulary, "agent '" + agent + "' has token " + token + " of " + vocabulary);
    }

    private static int words(String text) {
        return text.isBlank() ? 1 : text.strip().split("\\s+").length;
    }

    private void check(Action action) throws Unsound {
        String who = "agent '" + action.getAgent() + "'";
        int length = action.getPromptTokens().size() + action.getOutputTokens().size();
        require(
                action.getBaseModelDigest().equals(baseModelDigest),
                who + " acted with base model " + action.getBaseModelDigest() + ", the trainer's is "
                        + baseModelDigest);
        require(!action.getPromptTokens().isEmpty(), who + " had an empty prompt");
        require(!action.getOutputTokens().isEmpty(), who + " had an empty action");
        int room = model.maxPositions();
        require(length <= room, who + " has " + length + " tokens, there is room for " + room);
        require(
                action.getLogProbs().size() == action.getOutputTokens().size(),
                who + " has " + action.getOutputTokens().size() + " action tokens, but "
                        + action.getLogProbs().size() + " log-probabilities");
        for (float logProb : action.getLogProbs()) {
            require(Float.isFinite(logProb) && logProb <= 0, who + " has log-probability " + logProb);
        }
        for (List<Integer> tokens : List.of(action.getPromptTokens(), action.getOutputTokens())) {
            for (int token : tokens) {
                checkToken(action.getAgent(), token);
            }
        }
        float temperature = action.getSampling().getTemperature();
        float expected = dependency.agent(action.getAgent()).getSampling().getTemperature();
        require(
                temperature == expected && temperature > 0,
                who + " sampled at temperature " + temperature + ", the team's is " + expected
                        + " and must be above 0");
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static float[] floats(List<Float> list) {
        float[] array = new float[list.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = list.get(i);
        }
        return array;
    }

    private static void require(boolean holds, String otherwise) throws Unsound {
        if (!holds) {
            throw new Unsound(otherwise);
        }
    }

    /** What is wrong with a trajectory. */
    private static final class Unsound extends Exception {

        private static final long serialVersionUID = 1L;

        Unsound(String what) {
            super(what);
        }
    }
}
