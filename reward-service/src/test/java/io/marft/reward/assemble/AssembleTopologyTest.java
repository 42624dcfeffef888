package io.marft.reward.assemble;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.CHAIN_2;
import static io.marft.reward.Sample.PAIR;
import static io.marft.reward.Sample.VERIFIED;
import static io.marft.reward.Sample.action;
import static io.marft.reward.Sample.observation;
import static io.marft.reward.Sample.reward;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.TopologyHarness;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.streaming.topology.KeyPlacement;
import io.marft.streaming.topology.TopologyParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssembleTopologyTest {

    private TopologyHarness kafka;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        kafka = new TopologyHarness(
                directory,
                settings -> AssembleTopology.build(settings.topics(), settings::codec, new KeyPlacement(topic -> 1)));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void shouldWriteTheTrajectoryAndRememberThatTheEpisodeIsClosed() {
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        assertEquals(List.of(), kafka.read(Topic.TRAJECTORIES, Trajectory.class));
        kafka.pipe(Topic.REWARDS, "e", reward("e", 0, CHAIN, 1));

        List<Trajectory> trajectories = kafka.read(Topic.TRAJECTORIES, Trajectory.class);

        assertEquals(1, trajectories.size());
        assertEquals(Closure.HORIZON, trajectories.get(0).getClosure());
        assertEquals(
                List.of("reasoner", "actor"),
                trajectories.get(0).getSteps().get(0).getActions().stream()
                        .map(Action::getAgent)
                        .toList());
        assertEquals(List.of(), kafka.deadLetters());

        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        kafka.pipe(Topic.REWARDS, "e", reward("e", 0, CHAIN, 1));
        String closed = "the episode is closed already";
        assertEquals(List.of(closed, closed, closed), kafka.deadLetters());
        kafka.passTime(Duration.ofMinutes(6));
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
        assertEquals(List.of(), kafka.read(Topic.TRAJECTORIES, Trajectory.class));
    }

    @Test
    void shouldAssembleWhatWasThereBeforeItsTeam() {
        Team late = Team.newBuilder(CHAIN).setVersion(9).build();
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", late, "3+4"));
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, late));
        kafka.pipe(Topic.REWARDS, "e", reward("e", 0, late, 1));
        kafka.pipe(
                Topic.OBSERVATIONS,
                "never",
                observation("never", 0, Team.newBuilder(CHAIN).setVersion(8).build()));
        kafka.passTime(Duration.ofSeconds(1));

        kafka.pipe(Topic.TEAMS, "chain", late);
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", late, "\\boxed{7}"));
        kafka.passTime(Duration.ofSeconds(1));

        Trajectory trajectory = kafka.read(Topic.TRAJECTORIES, Trajectory.class).get(0);
        assertEquals(Closure.HORIZON, trajectory.getClosure());
        assertEquals(List.of(), kafka.deadLetters());
        kafka.passTime(TopologyParts.AWAIT_TEAM);
        assertEquals(List.of("team chain version 8 is unknown"), kafka.deadLetters());
    }

    @Test
    void shouldSayOfEveryRecordThatNoTrajectoryTookWhereItWas() {
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN_2, "other team"));
        kafka.pipe(Topic.REWARDS, "e", reward("e", 7, CHAIN, 1));
        kafka.pipe(Topic.REWARDS, "x", reward("x", 0, CHAIN, 1));
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        kafka.pipe(Topic.REWARDS, "e", reward("e", 0, CHAIN, 1));
        kafka.passTime(Duration.ofMinutes(6));

        List<DeadLetter> letters = kafka.read(Topic.DEAD_LETTERS, DeadLetter.class);
        assertEquals(
                List.of("marft.actions 0", "marft.rewards 0", "marft.rewards 1"),
                letters.stream()
                        .map(letter -> letter.getTopic() + " " + letter.getOffset())
                        .toList());
        assertEquals("the episode closed without this record", letters.get(0).getReason());
        assertEquals(
                "no observation of the episode to act upon came within 5m",
                letters.get(2).getReason());
        assertEquals(1, kafka.read(Topic.TRAJECTORIES, Trajectory.class).size());
    }

    @Test
    void shouldSayThatNoRewardCameThoughAllActed() {
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        kafka.pipe(Topic.OBSERVATIONS, "slow", observation("slow", 0, CHAIN));
        kafka.passTime(Duration.ofMinutes(6));

        List<DeadLetter> letters = kafka.read(Topic.DEAD_LETTERS, DeadLetter.class);
        assertEquals(1, letters.size());
        assertEquals(
                "all agents acted upon this, but no reward came within 5m: write a reference for a known verifier with the"
                        + " observation, and see that the reward service works",
                letters.get(0).getReason());
        assertEquals("marft.observations", letters.get(0).getTopic());
        assertEquals(0, letters.get(0).getOffset());
        assertEquals(2, kafka.read(Topic.TRAJECTORIES, Trajectory.class).size());
    }

    @Test
    void shouldRejectWhatMakesAnEpisodeLargerThanATopicTakesAndGoOn() {
        String text = "x".repeat(250_000);
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, VERIFIED));
        for (int step = 0; step < 2; step++) {
            for (String agent : List.of("actor", "verifier")) {
                kafka.pipe(Topic.ACTIONS, "e", action("e", step, agent, VERIFIED, text));
            }
        }
        List<String> reasons = kafka.deadLetters();
        assertEquals(1, reasons.size(), reasons::toString);
        assertTrue(reasons.get(0).startsWith("with this record the episode would have 100"), reasons.get(0));
        kafka.passTime(Duration.ofMinutes(6));
        List<Trajectory> trajectories = kafka.read(Topic.TRAJECTORIES, Trajectory.class);
        assertEquals(Closure.TIMED_OUT, trajectories.get(0).getClosure());
    }

    @Test
    void shouldRefuseARewardThatIsNoNumber() {
        kafka.pipe(Topic.REWARDS, "e", reward("e", 0, CHAIN, Double.NaN));
        kafka.pipe(Topic.REWARDS, "e", reward("e", -1, CHAIN, 1));
        List<String> reasons = kafka.deadLetters();
        assertTrue(reasons.get(0).startsWith("step 0 has reward NaN"), reasons.get(0));
        assertTrue(reasons.get(1).startsWith("step -1 has reward 1.0"), reasons.get(1));
    }

    @Test
    void shouldTurnRepeatedRecordsIntoDeadLettersAndGoOn() {
        for (int i = 0; i < 2; i++) {
            kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
            kafka.pipe(Topic.REWARDS, "e", reward("e", 0, CHAIN, 1));
            kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        }
        kafka.pipe(Topic.OBSERVATIONS, "e", new byte[] {0, 0, 0, 9, 9});

        List<String> reasons = kafka.deadLetters();
        assertEquals(
                List.of(
                        "step 0 has an observation already",
                        "step 0 has a reward already",
                        "agent actor has acted in step 0 already"),
                reasons.subList(0, 3));
        assertTrue(reasons.get(3).startsWith("not readable as Observation"), reasons.get(3));

        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        assertEquals(1, kafka.read(Topic.TRAJECTORIES, Trajectory.class).size());
    }

    @Test
    void shouldCloseWhatMissesItsTeamsDeadlineAndForgetWhatNeverBegan() {
        Team hasty =
                Team.newBuilder(CHAIN).setVersion(3).setDeadlineMillis(20_000).build();
        kafka.pipe(Topic.TEAMS, "chain", hasty);
        kafka.pipe(Topic.OBSERVATIONS, "slow", observation("slow", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "x", action("x", 0, "actor", CHAIN, "7"));
        kafka.pipe(Topic.REWARDS, "hasty", reward("hasty", 0, hasty, 1));
        kafka.pipe(Topic.OBSERVATIONS, "hasty", observation("hasty", 0, hasty));

        kafka.passTime(Duration.ofSeconds(19));
        assertEquals(3, kafka.held(AssembleProcessor.STORE));
        kafka.passTime(Duration.ofSeconds(1));
        Trajectory hastily = kafka.read(Topic.TRAJECTORIES, Trajectory.class).get(0);
        assertEquals("hasty", hastily.getEpisode());
        assertEquals(Closure.TIMED_OUT, hastily.getClosure());
        assertFalse(hastily.getTerminal());
        assertEquals(List.of(), hastily.getSteps().get(0).getActions());

        kafka.passTime(Duration.ofMinutes(4));
        assertEquals(3, kafka.held(AssembleProcessor.STORE), "two open and one that is closed");
        kafka.passTime(Duration.ofMinutes(1));
        List<Trajectory> trajectories = kafka.read(Topic.TRAJECTORIES, Trajectory.class);
        assertEquals(
                List.of("slow"),
                trajectories.stream().map(Trajectory::getEpisode).toList());
        assertEquals(Closure.TIMED_OUT, trajectories.get(0).getClosure());
        kafka.passTime(Duration.ofMinutes(6));
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
    }

    @Test
    void shouldForgetALateActionWithoutClosingItsEpisodeAgain() {
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.passTime(Duration.ofMinutes(5));
        assertEquals(1, kafka.read(Topic.TRAJECTORIES, Trajectory.class).size());

        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        kafka.passTime(Duration.ofMinutes(5));

        assertEquals(List.of(), kafka.read(Topic.TRAJECTORIES, Trajectory.class));
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
    }

    @Test
    void shouldSayWhetherTheHorizonTheEnvironmentOrTheTeamEndedAnEpisode() {
        for (String episode : List.of("horizon", "done")) {
            kafka.pipe(Topic.OBSERVATIONS, episode, observation(episode, 0, PAIR));
            kafka.pipe(Topic.ACTIONS, episode, action(episode, 0, "left", PAIR, "7"));
            kafka.pipe(Topic.ACTIONS, episode, action(episode, 0, "right", PAIR, "8"));
            kafka.pipe(Topic.REWARDS, episode, reward(episode, 0, PAIR, 0.5));
        }
        kafka.pipe(Topic.OBSERVATIONS, "horizon", observation("horizon", 1, PAIR));
        kafka.pipe(Topic.ACTIONS, "horizon", action("horizon", 1, "left", PAIR, "7"));
        kafka.pipe(Topic.ACTIONS, "horizon", action("horizon", 1, "right", PAIR, "7"));
        kafka.pipe(Topic.REWARDS, "horizon", reward("horizon", 1, PAIR, 0.5));
        kafka.pipe(Topic.OBSERVATIONS, "done", observation("done", 1, PAIR, Purpose.TRAINING, true));
        kafka.pipe(Topic.OBSERVATIONS, "answered", observation("answered", 0, VERIFIED));
        kafka.pipe(Topic.ACTIONS, "answered", action("answered", 0, "actor", VERIFIED, "7"));
        kafka.pipe(Topic.ACTIONS, "answered", action("answered", 0, "verifier", VERIFIED, "yes"));
        kafka.pipe(Topic.REWARDS, "answered", reward("answered", 0, VERIFIED, 1));
        kafka.pipe(Topic.OBSERVATIONS, "answered", observation("answered", 1, VERIFIED, Purpose.TRAINING, true));

        Map<String, Closure> closures = kafka.read(Topic.TRAJECTORIES, Trajectory.class).stream()
                .collect(Collectors.toMap(Trajectory::getEpisode, Trajectory::getClosure));

        assertEquals(Map.of("horizon", Closure.HORIZON, "done", Closure.DONE, "answered", Closure.ANSWERED), closures);
        kafka.passTime(Duration.ofMinutes(6));
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
    }
}
