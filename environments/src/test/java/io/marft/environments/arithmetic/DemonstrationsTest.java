package io.marft.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DemonstrationsTest {

    private static final int MANY = 20_000;

    private static final List<Demonstration> ACTORS = IntStream.range(0, MANY)
            .mapToObj(i -> Demonstrations.demonstration(
                    Role.ACTOR, ArithmeticProblems.problem(Split.TRAIN, 1, i), new Random(i)))
            .toList();

    @Test
    void shouldShowOnlyProblemsThatMayBeTrainedOn() {
        for (int index = 0; index < MANY; index++) {
            Demonstration shown = Demonstrations.demonstration(1, index);
            assertEquals(Split.TRAIN, ArithmeticProblems.split(shown.problem()));
            assertEquals(shown, Demonstrations.demonstration(1, index));
        }
    }

    @Test
    void shouldShowEveryRole() {
        for (Role role : Role.values()) {
            assertTrue(IntStream.range(0, 1_000)
                    .anyMatch(i -> Demonstrations.demonstration(1, i).role() == role));
        }
    }

    /** A team that imitates perfectly is fair, not hopeless and not good: the room that reinforcement has. */
    @Test
    void shouldLetPerfectImitatorsBeRightLessThanHalfTheTime() {
        assertEquals(0.46, accuracy(shown -> true), 0.03);
    }

    @Test
    void shouldRewardCompletePlansAndCarefulComputation() {
        assertTrue(accuracy(shown -> isComplete(shown) && isCareful(shown)) > 0.88);
        assertTrue(accuracy(shown -> isComplete(shown) && !isCareful(shown)) < 0.35);
        assertTrue(accuracy(shown -> !isComplete(shown) && isCareful(shown)) < 0.45);
        assertTrue(accuracy(shown -> !isComplete(shown) && !isCareful(shown)) < 0.25);
    }

    @Test
    void shouldKeepOutputsShort() {
        for (int index = 0; index < MANY; index++) {
            Demonstration shown = Demonstrations.demonstration(1, index);
            int limit = shown.role() == Role.REASONER ? 20 : 36;
            assertTrue(shown.output().length() <= limit, shown.output());
            assertTrue(shown.role() == Role.REASONER || shown.output().endsWith("}"), shown.output());
        }
    }

    private static double accuracy(Predicate<Demonstration> chosen) {
        return ACTORS.stream()
                .filter(chosen)
                .mapToInt(shown ->
                        shown.output().endsWith("\\boxed{" + shown.problem().answer() + "}") ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private static boolean isComplete(Demonstration shown) {
        return shown.plan().startsWith("\nreasoner: 3 steps: ");
    }

    private static boolean isCareful(Demonstration shown) {
        return Character.isDigit(shown.output().charAt(0));
    }
}
