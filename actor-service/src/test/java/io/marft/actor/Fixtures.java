package io.marft.actor;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.util.List;

/** Records that tests of this module begin with. */
public final class Fixtures {

    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    public static final Sampling SAMPLING = new Sampling(1.0f, 0, 1.0f, 8);

    private Fixtures() {}

    /** A team named "team", version 1. */
    public static Team team(int horizon, TeamAgent... agents) {
        return new Team("team", 1, List.of(agents), horizon, NOW);
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
}
