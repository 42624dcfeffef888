package io.marft.reward;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records of small episodes, as other services would write them. */
public final class Sample {

    public static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    /** The chain reasoner → actor, one step; the actor answers. Version 2 is declared in the other order. */
    public static final Team CHAIN = team(
            """
            name: chain
            agents:
              - {name: reasoner}
              - {name: actor, after: [reasoner], answers: true}
            """);

    public static final Team CHAIN_2 = team(
            """
            name: chain
            version: 2
            agents:
              - {name: actor, after: [reasoner], answers: true}
              - {name: reasoner}
            """);

    /** Two agents who both answer, in up to two steps. */
    public static final Team PAIR = team(
            """
            name: pair
            horizon: 2
            agents:
              - {name: left, answers: true}
              - {name: right, answers: true}
            """);

    /** An actor who answers and a verifier who may send the work back, in up to three steps. */
    public static final Team VERIFIED = team(
            """
            name: verified
            horizon: 3
            retry: "actions.verifier.startsWith('no')"
            agents:
              - {name: actor, answers: true}
              - {name: verifier, after: [actor]}
            """);

    /** Who answers is what the triage says: fast, slow, or nobody; what is no pattern has no value. */
    public static final Team TRIAGE = team(
            """
            name: triage
            agents:
              - {name: triage}
              - {name: fast, after: [triage], answers: true, when: "'fast'.matches(actions.triage)"}
              - {name: plan, after: [triage], when: "actions.triage == 'slow'"}
              - {name: slow, after: [plan], answers: true, when: has(actions.plan)}
            """);

    /** An agent who is silent at step 1 of three. */
    public static final Team PAUSING = team(
            """
            name: pausing
            horizon: 3
            retry: "true"
            agents:
              - {name: actor, answers: true, when: observation.step != 1}
            """);

    /** All teams of this class. */
    public static final List<Team> TEAMS = List.of(CHAIN, CHAIN_2, PAIR, VERIFIED, TRIAGE, PAUSING);

    private Sample() {}

    /** Knows the teams of this class. */
    public static Optional<KnownTeam> find(String name, int version) {
        return TEAMS.stream()
                .filter(team -> team.getName().equals(name) && team.getVersion() == version)
                .map(team -> new KnownTeam(team, new DependencyFunction(team)))
                .findFirst();
    }

    public static Observation observation(String episode, int step, Team team) {
        return observation(episode, step, team, Purpose.TRAINING, false);
    }

    public static Observation observation(String episode, int step, Team team, Purpose purpose, boolean done) {
        return Observation.newBuilder()
                .setEpisode(episode)
                .setStep(step)
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(purpose)
                .setEnvironment("test")
                .setMessages(List.of(new Message("user", team.getRetry().isEmpty() ? "question " + step : "question")))
                .setDone(done)
                .setSeed(7)
                .setCreatedAt(NOON)
                .build();
    }

    public static Reference reference(String episode, String answer) {
        return reference(episode, answer, "boxed");
    }

    public static Reference reference(String episode, String answer, String verifier) {
        return new Reference(episode, "test", verifier, answer, NOON);
    }

    public static Action action(String episode, int step, String agent, Team team, String text) {
        return action(episode, step, agent, team, text, Purpose.TRAINING);
    }

    public static Action action(String episode, int step, String agent, Team team, String text, Purpose purpose) {
        return Action.newBuilder()
                .setEpisode(episode)
                .setStep(step)
                .setAgent(agent)
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(purpose)
                .setAdapterVersion(3)
                .setAdapterDigest("sha256:ab")
                .setBaseModelDigest("sha256:cd")
                .setPromptTokens(List.of(1, 2))
                .setOutputTokens(List.of(3))
                .setLogProbs(List.of(-0.5f))
                .setText(text)
                .setFinishReason(FinishReason.STOP)
                .setSampling(new Sampling(1f, 0, 1f, 8, 0f, List.of(), List.of()))
                .setSeed(11)
                .setCreatedAt(NOON)
                .build();
    }

    public static Reward reward(String episode, int step, Team team, double value) {
        return reward(episode, step, team, value, Purpose.TRAINING);
    }

    public static Reward reward(String episode, int step, Team team, double value, Purpose purpose) {
        return new Reward(episode, step, team.getName(), purpose, value, Map.of(), "boxed", "1", NOON);
    }

    private static Team team(String yaml) {
        return TeamFile.parse(yaml, "sample");
    }
}
