package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.marft.policy.Sequence;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequentialCorrectionTest {

    private static final double EXACT = 1e-12;

    private static Episode episode(String id) {
        return new Episode(id, true, List.of(decision("a"), decision("b"), decision("c")));
    }

    private static Decision decision(String agent) {
        return new Decision(agent, 0, new Sequence(new int[] {1}, new int[] {2}), new float[] {-1}, 0);
    }

    /** Order b, a, c over two episodes; the ratio of an agent changes only those that come after it. */
    @Test
    void shouldMultiplyByTheClippedRatiosOfEarlierAgentsOnTheSameEpisode() {
        Rollout rollout = new Rollout(List.of(episode("x"), episode("y")));
        SequentialCorrection correction = new SequentialCorrection(rollout);

        assertArrayEquals(new double[] {2, -3}, correction.correct(new double[] {2, -3}, rollout.of("b")), EXACT);
        correction.include(new double[] {1.2, 0.8}, rollout.of("b"));
        assertArrayEquals(new double[] {1.2, 0.8}, correction.correct(new double[] {1, 1}, rollout.of("a")), EXACT);
        correction.include(new double[] {0.5, 1.5}, rollout.of("a"));
        assertArrayEquals(new double[] {6, -12}, correction.correct(new double[] {10, -10}, rollout.of("c")), EXACT);
    }
}
