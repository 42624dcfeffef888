package io.marft.testkit.verify;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.Turn;
import io.marft.schemas.record.Update;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.TeamFile;
import io.marft.testkit.Log.Placed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A history in which all is well, written down by hand. Episode {@code plain} is done after its first step, in which nobody
 * checks. In episode {@code twice} the checker sends the work back once. Episode {@code stale} is passed over in training;
 * {@code late} waits.
 */
final class Sample {

    static final Team TEAM = TeamFile.parse(
            """
            name: checked
            horizon: 2
            retry: "has(actions.checker) && actions.checker == 'no'"
            agents:
              - {name: planner, profile: Plan.}
              - {name: solver, after: [planner], answers: true}
              - {name: checker, after: [solver], when: "actions.solver.contains('?')"}
            """,
            "sample");

    static final Verifier.Scoring SCORING = (verifier, answer, reference) -> answer.contains(reference) ? 1 : 0;

    private static final Instant TIME = Instant.ofEpochMilli(1_000);

    final List<Placed<Team>> teams = new ArrayList<>();
    final List<Placed<Observation>> observations = new ArrayList<>();
    final List<Placed<Reference>> references = new ArrayList<>();
    final List<Placed<Turn>> turns = new ArrayList<>();
    final List<Placed<Action>> actions = new ArrayList<>();
    final List<Placed<Reward>> rewards = new ArrayList<>();
    final List<Placed<Trajectory>> trajectories = new ArrayList<>();
    final List<Placed<Update>> updates = new ArrayList<>();
    final List<Placed<AdapterManifest>> adapters = new ArrayList<>();
    final Map<Integer, Long> committed = new TreeMap<>(Map.of(0, 3L));

    Sample() {
        add(teams, "teams", "checked", TEAM);
        for (String episode : List.of("plain", "stale", "late")) {
            observe(episode, 0, false);
            Step only = new Step(0, question(episode), answered(episode, 0, "42"), reward(episode, 0, 1, 1));
            observe(episode, 1, true);
            close(episode, Closure.ANSWERED, List.of(only));
        }
        observe("twice", 0, false);
        List<Action> first = new ArrayList<>(answered("twice", 0, "41?"));
        first.add(act("twice", 0, "checker", "no", said(first.get(1))));
        Step sentBack = new Step(0, question("twice"), first, reward("twice", 0, 0, 0));
        observe("twice", 1, false);
        Step again = new Step(1, question("twice"), answered("twice", 1, "42"), reward("twice", 1, 1, 1));
        close("twice", Closure.HORIZON, List.of(sentBack, again));
        // In the order of their offsets: plain, stale, late, twice.
        update(1, List.of(new TrajectoryOffset(0, 0L, "plain")), List.of());
        update(
                2,
                List.of(new TrajectoryOffset(0, 2L, "late")),
                List.of(new DroppedTrajectory(0, 1L, "stale", "is stale")));
    }

    History history() {
        return new History(
                "checked",
                teams,
                observations,
                references,
                turns,
                actions,
                rewards,
                trajectories,
                updates,
                adapters,
                List.of(),
                committed);
    }

    private static <T> void add(List<Placed<T>> log, String topic, String key, T value) {
        log.add(new Placed<>(topic, 0, log.size(), key, value));
    }

    private static List<Message> question(String episode) {
        return List.of(new Message("user", "What of " + episode));
    }

    private void observe(String episode, int step, boolean done) {
        add(
                observations,
                "observations",
                episode,
                Observation.newBuilder()
                        .setEpisode(episode)
                        .setStep(step)
                        .setTeam("checked")
                        .setTeamVersion(1)
                        .setPurpose(Purpose.TRAINING)
                        .setEnvironment("sample")
                        .setMessages(question(episode))
                        .setDone(done)
                        .setSeed(7)
                        .setCreatedAt(TIME.plusMillis(step))
                        .build());
        if (step == 0) {
            add(references, "references", episode, new Reference(episode, "sample", "contains", "42", TIME));
        }
    }

    private List<Action> answered(String episode, int step, String answer) {
        Action plan = act(episode, step, "planner", "multiply", List.of());
        return List.of(plan, act(episode, step, "solver", answer, said(plan)));
    }

    private static List<PredecessorAction> said(Action action) {
        return List.of(new PredecessorAction(action.getAgent(), action.getAdapterVersion(), action.getText()));
    }

    private Action act(String episode, int step, String agent, String text, List<PredecessorAction> heard) {
        TeamAgent member = TEAM.getAgents().stream()
                .filter(other -> other.getName().equals(agent))
                .findFirst()
                .orElseThrow();
        Turn turn = Turn.newBuilder()
                .setEpisode(episode)
                .setStep(step)
                .setAgent(agent)
                .setTeam("checked")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setMessages(Conversation.of(member.getProfile(), question(episode), heard))
                .setPredecessors(heard)
                .setSampling(member.getSampling())
                .setSeed(11 + step)
                .setObservedAt(TIME.plusMillis(step))
                .build();
        add(turns, "turns." + agent, episode, turn);
        Action action = Action.newBuilder()
                .setEpisode(episode)
                .setStep(step)
                .setAgent(agent)
                .setTeam("checked")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setAdapterVersion(1)
                .setAdapterDigest("weights-1-" + agent)
                .setBaseModelDigest("base")
                .setPromptTokens(List.of(1, 2))
                .setOutputTokens(List.of(3))
                .setLogProbs(List.of(-0.5f))
                .setText(text)
                .setFinishReason(FinishReason.STOP)
                .setSampling(turn.getSampling())
                .setSeed(turn.getSeed())
                .setCreatedAt(TIME)
                .build();
        add(actions, "actions", episode, action);
        return action;
    }

    private Reward reward(String episode, int step, double value, double verdict) {
        Reward reward = new Reward(
                episode, step, "checked", Purpose.TRAINING, value, Map.of("solver", verdict), "contains", "1", TIME);
        add(rewards, "rewards", episode, reward);
        return reward;
    }

    private void close(String episode, Closure closure, List<Step> steps) {
        add(
                trajectories,
                "trajectories",
                episode,
                new Trajectory(episode, "checked", 1, Purpose.TRAINING, closure, true, steps, TIME, TIME));
    }

    private void update(long number, List<TrajectoryOffset> inputs, List<DroppedTrajectory> dropped) {
        List<AgentUpdate> agents = new ArrayList<>();
        for (TeamAgent agent : TEAM.getAgents()) {
            String digest = "weights-" + number + "-" + agent.getName();
            agents.add(new AgentUpdate(agent.getName(), number - 1, number, digest, Map.of()));
            add(
                    adapters,
                    "adapters",
                    agent.getName(),
                    AdapterManifest.newBuilder()
                            .setTeam("checked")
                            .setAgent(agent.getName())
                            .setVersion(number)
                            .setUpdate(number)
                            .setBaseModelDigest("base")
                            .setDigest(digest)
                            .setRank(1)
                            .setAlpha(1)
                            .setTargets(List.of("v_proj"))
                            .setBytes(1)
                            .setChunks(1)
                            .setCreatedAt(TIME)
                            .build());
        }
        add(
                updates,
                "updates",
                "checked",
                Update.newBuilder()
                        .setTeam("checked")
                        .setTeamVersion(1)
                        .setUpdate(number)
                        .setBaseModelDigest("base")
                        .setPreviousStateDigest("state-" + (number - 1))
                        .setStateDigest("state-" + number)
                        .setConfiguration("")
                        .setSeed(1)
                        .setTrajectoryTopic("trajectories")
                        .setInputs(inputs)
                        .setDropped(dropped)
                        .setAgents(agents)
                        .setMetrics(Map.of())
                        .setDevice("cpu")
                        .setStartedAt(TIME)
                        .setCreatedAt(TIME)
                        .build());
    }
}
