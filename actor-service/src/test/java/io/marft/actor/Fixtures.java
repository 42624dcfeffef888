package io.marft.actor;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Records that tests of this module begin with. */
public final class Fixtures {

    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    public static final Sampling SAMPLING = new Sampling(1.0f, 0, 1.0f, 8, 0f, List.of(), List.of());

    private Fixtures() {}

    /** A team named "team", version 1. */
    public static Team team(int horizon, TeamAgent... agents) {
        return new Team("team", 1, List.of(agents), horizon, "", 300_000L, NOW);
    }

    /** The same team, opening its own steps. */
    public static Team retrying(String retry, Team team) {
        return Team.newBuilder(team).setRetry(retry).build();
    }

    /** The same agent, acting on a condition. */
    public static TeamAgent when(String condition, TeamAgent agent) {
        return TeamAgent.newBuilder(agent).setWhen(condition).build();
    }

    /** An agent with the profile "I am NAME.". */
    public static TeamAgent agent(String name, boolean answers, String... after) {
        return TeamAgent.newBuilder()
                .setName(name)
                .setProfile("I am " + name + ".")
                .setAfter(List.of(after))
                .setAnswers(answers)
                .setSampling(SAMPLING)
                .build();
    }

    /** Reasoner, then actor. */
    public static Team chainOfTwo(int horizon) {
        return team(horizon, agent("reasoner", false), agent("actor", true, "reasoner"));
    }

    /** An observation of the team by the text of its one message. */
    public static Observation observation(String episode, int step, String text) {
        return new Observation(
                episode,
                step,
                "team",
                1,
                Purpose.TRAINING,
                "environment",
                List.of(new Message("user", text)),
                false,
                7L,
                NOW);
    }

    /** What an agent says to an observation of the same episode and step. */
    public static Action action(String episode, int step, String agent, String text) {
        return new Action(
                episode,
                step,
                agent,
                "team",
                1,
                Purpose.TRAINING,
                3L,
                "sha256:a",
                "sha256:b",
                List.of(1),
                List.of(2),
                List.of(-0.5f),
                text,
                FinishReason.STOP,
                SAMPLING,
                9L,
                NOW);
    }

    /** An agent's answer to its turn. */
    public static Action action(Turn turn, String text) {
        return action(turn.getEpisode(), turn.getStep(), turn.getAgent(), text);
    }

    /** A turn of the team by the text of its user message. */
    public static Turn turn(String episode, String agent, String text, long seed) {
        return Turn.newBuilder()
                .setEpisode(episode)
                .setStep(0)
                .setAgent(agent)
                .setTeam("team")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setMessages(List.of(new Message("system", "profile"), new Message("user", text)))
                .setPredecessors(List.of())
                .setSampling(SAMPLING)
                .setSeed(seed)
                .setObservedAt(NOW)
                .build();
    }

    /** The manifest of an adapter that is published in that many chunks. */
    public static AdapterManifest manifest(
            String agent, long version, Adapter adapter, String baseModelDigest, int chunks) {
        LoraConfig config = adapter.config();
        return AdapterManifest.newBuilder()
                .setTeam("team")
                .setAgent(agent)
                .setVersion(version)
                .setUpdate(version)
                .setBaseModelDigest(baseModelDigest)
                .setDigest(adapter.digest())
                .setRank(config.rank())
                .setAlpha(config.alpha())
                .setTargets(config.targets())
                .setBytes(adapter.toSafetensors().length)
                .setChunks(chunks)
                .setCreatedAt(NOW)
                .build();
    }

    /** An adapter's weights in pieces. */
    public static List<AdapterChunk> chunks(String agent, long version, byte[] weights, int count) {
        int size = (weights.length + count - 1) / count;
        return IntStream.range(0, count)
                .mapToObj(i -> AdapterChunk.newBuilder()
                        .setTeam("team")
                        .setAgent(agent)
                        .setVersion(version)
                        .setIndex(i)
                        .setCount(count)
                        .setData(ByteBuffer.wrap(
                                Arrays.copyOfRange(weights, i * size, Math.min(weights.length, (i + 1) * size))))
                        .build())
                .toList();
    }

    /** An adapter with random values everywhere, so that it changes what a model says. */
    public static Adapter adapter(ModelConfig model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Adapter initial = Adapter.initial(new LoraConfig(4, 8f, List.of("q_proj", "v_proj")), model, seed);
        return initial.withValues(initial.tensors().values().stream()
                .map(tensor -> {
                    float[] values = new float[tensor.values().length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) random.nextGaussian();
                    }
                    return values;
                })
                .toList());
    }
}
