package io.marft.trainer.advantage;

import static io.marft.trainer.Matrices.assertClose;
import static io.marft.trainer.Matrices.column;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NormalizationTest {

    private static final double EXACT = 1e-7;
    private static final List<String> AGENTS = List.of("a", "b", "a", "b");

    /** Agent a has mean 4 and deviation 2; agent b, a hundred times as large, mean 300 and deviation 100. */
    @Test
    void shouldBringEachAgentToItsOwnScale() {
        double[][] advantages = column(2, 200, 6, 400);

        assertClose(column(-1, -1, 1, 1), Normalization.PER_AGENT.of(advantages, AGENTS), EXACT);
    }

    /** Tokens count one by one: agent a's are 1, 1, 1, 1 and 6, of mean 2 and deviation 2; 0 counts as any other. */
    @Test
    void shouldTakeMeanAndDeviationOverAnAgentsTokens() {
        double[][] advantages = {{1, 1, 1}, {0, 8}, {1, 6}, {}};

        assertClose(
                new double[][] {{-0.5, -0.5, -0.5}, {-1, 1}, {-0.5, 2}, {}},
                Normalization.PER_AGENT.of(advantages, AGENTS),
                EXACT);
    }

    /** Those other than 0 have mean 4 and deviation 2; the zero is shifted with them. */
    @Test
    void shouldBringAllAgentsToOneScaleAndLeaveZerosOutOfIt() {
        double[][] advantages = column(2, 0, 6, 4);

        double root = Math.sqrt(8.0 / 3);
        assertClose(column(-2 / root, -4 / root, 2 / root, 0), Normalization.JOINT.of(advantages, AGENTS), EXACT);
    }

    @Test
    void shouldLeaveAdvantagesAsTheyAreIfToldTo() {
        double[][] advantages = {{2, 0}, {7}, {-6}, {4, 1}};

        assertClose(new double[][] {{2, 0}, {7}, {-6}, {4, 1}}, Normalization.NONE.of(advantages, AGENTS), 0);
    }

    @Test
    void shouldKeepEqualAdvantagesFinite() {
        assertClose(column(0, 0, 0, 0), Normalization.PER_AGENT.of(column(3, 3, 3, 3), AGENTS), EXACT);
        assertClose(column(0, 0, 0, 0), Normalization.JOINT.of(column(3, 3, 3, 3), AGENTS), EXACT);
        assertClose(column(0, 0, 0, 0), Normalization.JOINT.of(column(0, 0, 0, 0), AGENTS), EXACT);
    }

    @Test
    void shouldNotChangeWhatItIsGiven() {
        double[][] advantages = column(2, 200, 6, 400);

        for (Normalization normalization : Normalization.values()) {
            double[][] normalised = normalization.of(advantages, AGENTS);
            normalised[0][0] = 77;
        }

        assertClose(column(2, 200, 6, 400), advantages, 0);
    }
}
