package io.marft.trainer;

import io.marft.policy.LanguageModel;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Plays episodes of one step on a model, with a reward of the test's choice; every agent acts. */
public final class Trajectories {

    /** Two agents in a chain; both act for eight tokens at most. */
    public static final Team TEAM = TeamFile.parse(
            """
            name: pair
            agents:
              - name: first
                profile: A.
                sampling: {maxNewTokens: 8}
              - name: second
                profile: B.
                after: [first]
                answers: true
                sampling: {maxNewTokens: 8}
            """,
            "test");

    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

    private final LanguageModel model;
    private final Team team;
    private final DependencyFunction dependency;
    private final ToDoubleFunction<List<Action>> reward;

    /**
     * Of {@link #TEAM}.
     *
     * @param reward of the tokens of the last agent's action
     */
    public Trajectories(LanguageModel model, ToDoubleFunction<List<Integer>> reward) {
        this(
                model,
                TEAM,
                actions -> reward.applyAsDouble(actions.get(actions.size() - 1).getOutputTokens()));
    }

    /** @param reward of all actions of a step, in the team's order */
    public Trajectories(LanguageModel model, Team team, ToDoubleFunction<List<Action>> reward) {
        this.model = model;
        this.team = team;
        this.dependency = new DependencyFunction(team);
        this.reward = reward;
    }

    private static List<Message> observed(int episode) {
        return List.of(new Message("user", "q" + episode % 10));
    }

    /** Episodes {@code from} … {@code to}−1, played by given adapters. */
    public List<Trajectory> play(int from, int to, long version, Map<String, Adapter> adapters) {
        List<List<Action>> actions = new ArrayList<>();
        for (int episode = from; episode < to; episode++) {
            actions.add(new ArrayList<>());
        }
        for (TeamAgent agent : dependency.order()) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int episode = from; episode < to; episode++) {
                requests.add(request(agent, episode, actions.get(episode - from)));
            }
            Adapter adapter = adapters.get(agent.getName());
            List<Generation> generations = model.generate(requests, adapter);
            for (int i = 0; i < requests.size(); i++) {
                String id = "t-test-" + (from + i);
                actions.get(i).add(action(id, agent, version, adapter, requests.get(i), generations.get(i)));
            }
        }
        List<Trajectory> trajectories = new ArrayList<>();
        for (int episode = from; episode < to; episode++) {
            trajectories.add(trajectory(observed(episode), actions.get(episode - from)));
        }
        return trajectories;
    }

    private GenerationRequest request(TeamAgent agent, int episode, List<Action> earlier) {
        List<PredecessorAction> seen = earlier.stream()
                .filter(action -> agent.getAfter().contains(action.getAgent()))
                .map(action -> new PredecessorAction(action.getAgent(), action.getAdapterVersion(), action.getText()))
                .toList();
        int[] prompt = model.prompt(Conversation.of(agent.getProfile(), observed(episode), seen).stream()
                .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                .toList());
        int limit = agent.getSampling().getMaxNewTokens();
        long seed = 31L * episode + agent.getName().hashCode();
        return new GenerationRequest(prompt, io.marft.policy.generate.Sampling.plain(limit), seed);
    }

    private Action action(
            String episode,
            TeamAgent agent,
            long version,
            Adapter adapter,
            GenerationRequest request,
            Generation generation) {
        List<Float> logProbs = new ArrayList<>();
        for (float logProb : generation.logProbs()) {
            logProbs.add(logProb);
        }
        return Action.newBuilder()
                .setEpisode(episode)
                .setStep(0)
                .setAgent(agent.getName())
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(Purpose.TRAINING)
                .setAdapterVersion(version)
                .setAdapterDigest(adapter.isNone() ? "" : adapter.digest())
                .setBaseModelDigest(model.digest())
                .setPromptTokens(Arrays.stream(request.prompt()).boxed().toList())
                .setOutputTokens(Arrays.stream(generation.tokens()).boxed().toList())
                .setLogProbs(logProbs)
                .setText(model.text(generation.tokens()))
                .setFinishReason(generation.ended() ? FinishReason.STOP : FinishReason.LENGTH)
                .setSampling(Sampling.newBuilder(agent.getSampling()).build())
                .setSeed(request.seed())
                .setCreatedAt(NOW)
                .build();
    }

    private Trajectory trajectory(List<Message> observed, List<Action> actions) {
        String episode = actions.get(0).getEpisode();
        double value = reward.applyAsDouble(actions);
        Reward judged = Reward.newBuilder()
                .setEpisode(episode)
                .setStep(0)
                .setTeam(team.getName())
                .setPurpose(Purpose.TRAINING)
                .setValue(value)
                .setParts(Map.of("test", value))
                .setVerifier("test")
                .setVerifierVersion("1")
                .setCreatedAt(NOW)
                .build();
        Step step = Step.newBuilder()
                .setStep(0)
                .setMessages(observed)
                .setActions(actions)
                .setReward(judged)
                .build();
        return Trajectory.newBuilder()
                .setEpisode(episode)
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(Purpose.TRAINING)
                .setClosure(Closure.HORIZON)
                .setTerminal(true)
                .setSteps(List.of(step))
                .setOpenedAt(NOW)
                .setClosedAt(NOW)
                .build();
    }
}
