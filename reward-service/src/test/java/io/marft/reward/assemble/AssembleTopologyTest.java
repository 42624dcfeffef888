package io.marft.reward.assemble;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.action;
import static io.marft.reward.Sample.observation;
import static io.marft.reward.Sample.reward;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.TopologyHarness;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.topic.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
                settings -> AssembleTopology.build(settings.topics(), settings::codec, Duration.ofMinutes(5)));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void shouldWriteTheTrajectoryAndForgetTheEpisode() {
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
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
        assertEquals(List.of(), kafka.deadLetters());
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
    void shouldCloseWhatMissesItsDeadlineAndForgetWhatNeverBegan() {
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, CHAIN));
        kafka.pipe(Topic.ACTIONS, "x", action("x", 0, "actor", CHAIN, "7"));

        kafka.passTime(Duration.ofMinutes(4));
        assertEquals(2, kafka.held(AssembleProcessor.STORE));

        kafka.passTime(Duration.ofMinutes(2));
        List<Trajectory> trajectories = kafka.read(Topic.TRAJECTORIES, Trajectory.class);
        assertEquals(
                List.of("e"), trajectories.stream().map(Trajectory::getEpisode).toList());
        assertEquals(Closure.TIMED_OUT, trajectories.get(0).getClosure());
        assertEquals(0, kafka.held(AssembleProcessor.STORE));
    }
}
