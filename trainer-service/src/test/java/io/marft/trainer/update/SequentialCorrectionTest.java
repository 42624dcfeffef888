package io.marft.trainer.update;

import static io.marft.trainer.Matrices.assertClose;
import static io.marft.trainer.Matrices.column;

import io.marft.policy.train.Sequence;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequentialCorrectionTest {

    private static final double EXACT = 1e-12;

    private static Episode episode(String id, Decision... decisions) {
        return new Episode(id, List.of(decisions));
    }

    private static Decision decision(int step, String agent) {
        int[] prompt = {1};
        return new Decision(agent, step, 0, 1, new Sequence(prompt, new int[] {2}), prompt, new float[] {-1}, 1, 0, 0);
    }

    /** Order b, a, c over two episodes; the ratio of an agent changes only those that come after it. */
    @Test
    void shouldMultiplyByTheClippedRatiosOfEarlierAgentsOnTheSameEpisode() {
        Rollout rollout = new Rollout(List.of(
                episode("x", decision(0, "a"), decision(0, "b"), decision(0, "c")),
                episode("y", decision(0, "a"), decision(0, "b"), decision(0, "c"))));
        SequentialCorrection correction = new SequentialCorrection(rollout);

        assertClose(column(2, -3), correction.correct(column(2, -3), rollout.of("b")), EXACT);
        correction.include(new double[] {1.2, 0.8}, rollout.of("b"));
        assertClose(column(1.2, 0.8), correction.correct(column(1, 1), rollout.of("a")), EXACT);
        correction.include(new double[] {0.5, 1.5}, rollout.of("a"));
        assertClose(column(6, -12), correction.correct(column(10, -10), rollout.of("c")), EXACT);
    }

    /** In step 1 agent a was skipped, so b's advantage there stays as it is. */
    @Test
    void shouldCorrectEachStepByItsOwnRatios() {
        Rollout rollout = new Rollout(List.of(episode(
                "x", decision(0, "a"), decision(0, "b"), decision(1, "b"), decision(2, "a"), decision(2, "b"))));
        SequentialCorrection correction = new SequentialCorrection(rollout);

        correction.include(new double[] {1.2, 0.8}, rollout.of("a"));

        assertClose(column(12, 10, 8), correction.correct(column(10, 10, 10), rollout.of("b")), EXACT);
    }

    /** At token level all of an action's tokens have the factor of the earlier agent's whole action. */
    @Test
    void shouldCorrectEveryTokenOfAnActionAndLeaveTheGivenAsTheyAre() {
        Rollout rollout = new Rollout(List.of(episode("x", decision(0, "a"), decision(0, "b"))));
        SequentialCorrection correction = new SequentialCorrection(rollout);
        double[][] tokens = {{1, -2, 3}};

        correction.include(new double[] {0.5}, rollout.of("a"));

        assertClose(new double[][] {{0.5, -1, 1.5}}, correction.correct(tokens, rollout.of("b")), EXACT);
        assertClose(new double[][] {{1, -2, 3}}, tokens, 0);
    }
}
