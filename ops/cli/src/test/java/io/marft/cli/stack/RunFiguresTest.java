package io.marft.cli.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.Update;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunFiguresTest {

    private final RunFigures figures = new RunFigures();

    @Test
    void shouldBeEmptyBeforeTheFirstRecord() {
        RunFigures.Snapshot now = figures.snapshot();
        assertEquals(0, now.episodes());
        assertTrue(Double.isNaN(now.accuracy()));
        assertTrue(figures.publishToServeMillisMedian().isEmpty());
    }

    @Test
    void shouldCountTrainingEpisodesOnly() {
        figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 1));
        figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 0));
        figures.add(trajectory(Purpose.EVALUATION, Closure.HORIZON, 1));
        assertEquals(2, figures.snapshot().episodes());
        assertEquals(0.5, figures.snapshot().accuracy());
    }

    @Test
    void shouldCountAnEpisodeOfSeveralStepsOnceAndByItsReturn() {
        figures.add(trajectory(Purpose.TRAINING, Closure.DONE, 0, 1));
        figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 1, -1, 0));
        assertEquals(2, figures.snapshot().episodes());
        assertEquals(0.5, figures.snapshot().accuracy());
    }

    @Test
    void shouldCountAnEpisodeThatTimedOutAsLagOnly() {
        figures.add(trajectory(Purpose.TRAINING, Closure.TIMED_OUT, 1));
        assertEquals(0, figures.snapshot().episodes());
        assertEquals(1, figures.snapshot().lag());
    }

    @Test
    void shouldForgetReturnsBeyondTheWindow() {
        figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 1));
        for (int i = 0; i < RunFigures.WINDOW; i++) {
            figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 0));
        }
        assertEquals(0, figures.snapshot().accuracy());
    }

    @Test
    void shouldTakeTheMedianOverAllVersionsThatActed() {
        figures.add(update(1, 2), 1_000);
        figures.add(update(2, 3), 2_000);
        figures.add(update(3, 1), 3_000);
        figures.add(action("actor", 1), 1_400); // 400 ms
        figures.add(action("actor", 1), 1_900); // not the first
        figures.add(action("reasoner", 1), 1_200); // 200 ms
        figures.add(action("actor", 2), 2_900); // 900 ms
        assertEquals(400, figures.publishToServeMillisMedian().orElseThrow());
        figures.add(action("reasoner", 2), 2_500); // 500 ms
        assertEquals(450, figures.publishToServeMillisMedian().orElseThrow());
    }

    @Test
    void shouldCountVersionsThatActedAndNotTheBaseModel() {
        figures.add(action("actor", 0), 1);
        figures.add(action("actor", 4), 2);
        figures.add(action("reasoner", 4), 3);
        figures.add(action("reasoner", 5), 4);
        RunFigures.Snapshot now = figures.snapshot();
        assertEquals(2, now.adapterVersions());
        assertEquals(Map.of("actor", 4L, "reasoner", 5L), now.inService());
        assertEquals(4 * 2, now.tokens());
    }

    @Test
    void shouldCallLagWhatNoUpdateAccountsFor() {
        for (int i = 0; i < 5; i++) {
            figures.add(trajectory(Purpose.TRAINING, Closure.HORIZON, 1));
        }
        figures.add(update(1, 3), 1);
        assertEquals(2, figures.snapshot().lag());
    }

    @Test
    void shouldTakeAnAccountOffTheLagAndForNoUpdate() {
        figures.add(trajectory(Purpose.TRAINING, Closure.TIMED_OUT));
        figures.add(update(1, 0), 1);
        Update account = Update.newBuilder(update(1, 0))
                .setAgents(List.of())
                .setMetrics(Map.of())
                .setDropped(List.of(new DroppedTrajectory(0, 0L, "episode", "timed out")))
                .build();
        figures.add(account, 2);
        assertEquals(0, figures.snapshot().lag());
        assertEquals(1, figures.snapshot().updates());
        assertEquals(0.01, figures.snapshot().kl());
    }

    private static Trajectory trajectory(Purpose purpose, Closure closure, double... rewards) {
        List<Step> steps = new ArrayList<>();
        for (double value : rewards) {
            Reward reward =
                    new Reward("episode", steps.size(), "team", purpose, value, Map.of(), "boxed", "1", Instant.EPOCH);
            steps.add(new Step(steps.size(), List.of(), List.of(), reward));
        }
        return new Trajectory("episode", "team", 1, purpose, closure, true, steps, Instant.EPOCH, Instant.EPOCH);
    }

    private static Action action(String agent, long version) {
        return Action.newBuilder()
                .setEpisode("episode")
                .setStep(0)
                .setAgent(agent)
                .setTeam("team")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setAdapterVersion(version)
                .setAdapterDigest("")
                .setBaseModelDigest("")
                .setPromptTokens(List.of(1))
                .setOutputTokens(List.of(1, 2))
                .setLogProbs(List.of(0f, 0f))
                .setText("")
                .setFinishReason(FinishReason.STOP)
                .setSampling(new Sampling(1f, 0, 1f, 2, 0f, List.of(), List.of()))
                .setSeed(0)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    private static Update update(long number, int inputs) {
        return Update.newBuilder()
                .setTeam("team")
                .setTeamVersion(1)
                .setUpdate(number)
                .setBaseModelDigest("")
                .setPreviousStateDigest("")
                .setStateDigest("")
                .setConfiguration("")
                .setSeed(0)
                .setTrajectoryTopic("marft.trajectories")
                .setInputs(LongStream.range(0, inputs)
                        .mapToObj(offset -> new TrajectoryOffset(0, offset, "episode"))
                        .toList())
                .setDropped(List.of())
                .setAgents(List.of(
                        new AgentUpdate("reasoner", number - 1, number, "", Map.of()),
                        new AgentUpdate("actor", number - 1, number, "", Map.of())))
                .setMetrics(Map.of("losses/approx_kl", 0.01))
                .setDevice("cpu")
                .setStartedAt(Instant.EPOCH)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }
}
