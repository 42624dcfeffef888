package io.marft.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArithmeticProblemsTest {

    private static final int MANY = 50_000;

    @Test
    void shouldCarryOutStepsOnARunningTotal() {
        Problem problem =
                new Problem("Mia?", 4, List.of(new Operation('*', 6), new Operation('-', 3), new Operation('+', 8)));
        assertEquals(List.of(24, 21, 29), problem.totals());
        assertEquals(29, problem.answer());
        assertEquals("4*6-3+8", problem.computation());
    }

    @Test
    void shouldGiveTheSameProblemForTheSamePlace() {
        for (Split split : Split.values()) {
            for (int index = 0; index < 100; index++) {
                assertEquals(ArithmeticProblems.problem(split, 7, index), ArithmeticProblems.problem(split, 7, index));
            }
        }
        assertNotEquals(ArithmeticProblems.problem(Split.TRAIN, 7, 0), ArithmeticProblems.problem(Split.TRAIN, 8, 0));
    }

    /** A pinned value: should it change, committed models and recorded runs would no longer belong to this task. */
    @Test
    void shouldKeepItsProblems() {
        Problem problem = ArithmeticProblems.problem(Split.TRAIN, 1, 0);
        assertEquals(
                "Jon has 2 rows of 3 beads, makes 9, breaks 8. Sum? 2*3+9-8",
                problem.question() + " " + problem.computation());
    }

    @Test
    void shouldKeepQuestionsShortAndTotalsSmall() {
        for (int index = 0; index < MANY; index++) {
            Problem problem = ArithmeticProblems.problem(Split.TRAIN, 1, index);
            assertTrue(problem.question().chars().allMatch(symbol -> symbol >= ' ' && symbol <= '~'));
            assertEquals(3, problem.steps().size());
            problem.totals().forEach(total -> assertTrue(total >= 0 && total <= 99, problem.toString()));
            problem.steps().forEach(step -> assertTrue(step.operand() >= 2 && step.operand() <= 9));
        }
    }

    @Test
    void shouldNeverHoldOutWhatItTrainsOn() {
        Set<String> trained = new HashSet<>();
        for (int index = 0; index < MANY; index++) {
            Problem problem = ArithmeticProblems.problem(Split.TRAIN, 1, index);
            assertEquals(Split.TRAIN, ArithmeticProblems.split(problem));
            trained.add(problem.computation());
        }
        for (int index = 0; index < MANY; index++) {
            Problem problem = ArithmeticProblems.problem(Split.HELD_OUT, 1, index);
            assertEquals(Split.HELD_OUT, ArithmeticProblems.split(problem));
            assertTrue(!trained.contains(problem.computation()), problem.toString());
        }
    }

    @Test
    void shouldHaveTooManyProblemsToMemorise() {
        Set<String> questions = new HashSet<>();
        for (int index = 0; index < MANY; index++) {
            questions.add(ArithmeticProblems.problem(Split.TRAIN, 1, index).question());
        }
        // Drawn from n equally likely problems, 50,000 would meet about 50,000²/2n twice: at most 1,250 for a million.
        assertTrue(questions.size() > MANY - 1_250, "distinct questions: " + questions.size());
    }

    @Test
    void shouldRefuseALongQuestion() {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class, () -> new Problem("x".repeat(61), 2, List.of(new Operation('+', 2))));
        assertTrue(error.getMessage().startsWith("question must have at most 60 characters, has 61"));
    }
}
