package io.marft.environments.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.TestTeam;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeasurementTest {

    private final Measurement measurement = new Measurement(Set.of("a", "b", "c", "d"), TestTeam.CHAIN);

    @Test
    void shouldCallAnEpisodeRightWhoseRewardsAddUpToOne() {
        measurement.take(trajectory("a", Closure.DONE, 1, 0.5, 0.25, 0.25));
        measurement.take(trajectory("b", Closure.HORIZON, 1, 1, -1));
        measurement.take(trajectory("c", Closure.HORIZON, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1));
        assertEquals(2, measurement.correct());
        assertEquals(3, measurement.closed());
        assertFalse(measurement.complete());
    }

    @Test
    void shouldCallAnEpisodeWrongThatTimedOut() {
        measurement.take(trajectory("a", Closure.TIMED_OUT, 1, 1));
        assertEquals(0, measurement.correct());
        assertEquals(1, measurement.closed());
    }

    @Test
    void shouldCountEachOfItsEpisodesOnceAndNoOther() {
        for (String episode : List.of("a", "a", "b", "c", "someone else's", "d")) {
            measurement.take(trajectory(episode, Closure.HORIZON, 1, 1));
        }
        assertEquals(4, measurement.correct());
        assertTrue(measurement.complete());
    }

    @Test
    void shouldNameTheNewestAdapterThatEachAgentActedWith() {
        measurement.take(trajectory("a", Closure.HORIZON, 3, 1));
        measurement.take(trajectory("b", Closure.HORIZON, 2, 1));
        measurement.take(trajectory("someone else's", Closure.HORIZON, 9, 1));
        assertEquals(Map.of("reasoner", 0L, "actor", 3L), measurement.adapterVersions());
    }

    /** An episode in which the actor acts once for each reward; the reasoner is skipped. */
    private static Trajectory trajectory(String episode, Closure closure, long version, double... rewards) {
        List<Step> steps = new ArrayList<>();
        for (int step = 0; step < rewards.length; step++) {
            Reward reward = new Reward(
                    episode, step, "chain", Purpose.EVALUATION, rewards[step], Map.of(), "boxed", "1", Instant.EPOCH);
            steps.add(new Step(step, List.of(), List.of(action(episode, step, version)), reward));
        }
        return new Trajectory(
                episode, "chain", 1, Purpose.EVALUATION, closure, true, steps, Instant.EPOCH, Instant.EPOCH);
    }

    private static Action action(String episode, int step, long version) {
        return Action.newBuilder()
                .setEpisode(episode)
                .setStep(step)
                .setAgent("actor")
                .setTeam("chain")
                .setTeamVersion(1)
                .setPurpose(Purpose.EVALUATION)
                .setAdapterVersion(version)
                .setAdapterDigest("")
                .setBaseModelDigest("")
                .setPromptTokens(List.of(1))
                .setOutputTokens(List.of(2))
                .setLogProbs(List.of(0f))
                .setText("")
                .setFinishReason(FinishReason.STOP)
                .setSampling(new Sampling(1f, 0, 1f, 8, 0f, List.of(), List.of()))
                .setSeed(0)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }
}
