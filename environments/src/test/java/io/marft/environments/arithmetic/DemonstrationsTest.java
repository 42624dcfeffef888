package io.marft.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DemonstrationsTest {

    private static final int MANY = 20_000;

    private static final List<Demonstration> ACTORS = IntStream.range(0, MANY)
            .mapToObj(i -> Demonstrations.demonstration(
                    Pupil.ACTOR, ArithmeticProblems.problem(Split.TRAIN, 1, i), new Random(i)))
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
    void shouldShowEachRoleInItsShare() {
        Map<Pupil, Integer> percent = Map.of(
                Pupil.REASONER,
                Demonstrations.REASONERS,
                Pupil.ACTOR,
                Demonstrations.ACTORS,
                Pupil.SOLO,
                Demonstrations.SOLO + Demonstrations.DRILLS,
                Pupil.VERIFIER,
                Demonstrations.VERIFIERS,
                Pupil.JUDGE,
                8 + Demonstrations.COPY_DRILLS);
        assertEquals(100, percent.values().stream().mapToInt(Integer::intValue).sum());
        percent.forEach((role, share) -> assertEquals(
                share,
                IntStream.range(0, MANY)
                                .filter(i -> Demonstrations.demonstration(1, i).pupil() == role)
                                .count()
                        * 100.0
                        / MANY,
                1.0,
                role.toString()));
    }

    /** What agents of a team are shown, their predecessors' words, stands in demonstrations in the very same form. */
    @Test
    void shouldShowWhatPredecessorsSaidAsTheRouterDoes() {
        Map<Pupil, String> forms = Map.of(
                Pupil.REASONER, "",
                Pupil.ACTOR, "\nreasoner: [^\n]+",
                Pupil.SOLO, "",
                Pupil.VERIFIER, "\nreasoner: [^\n]+\nactor: [^\n]*\\\\boxed\\{-?\\d+}",
                Pupil.JUDGE, "\nsolver-a: [^\n]*\\\\boxed\\{-?\\d+}\nsolver-b: [^\n]*\\\\boxed\\{-?\\d+}");
        forms.forEach((role, form) -> shown(role)
                .forEach(shown -> assertTrue(shown.said().matches(form), role + " was shown " + shown.said())));
    }

    @Test
    void shouldLetVerifiersBeMostlyRightWhateverTheAnswer() {
        assertTrue(shown(Pupil.VERIFIER).allMatch(shown -> shown.output().matches("ok|no")));
        // 70 % check and slip in 5 %, 15 % say ok, 15 % toss a coin.
        assertEquals(0.89, acceptance(isSaidToBeRight()), 0.015);
        assertEquals(0.26, acceptance(isSaidToBeRight().negate()), 0.015);
    }

    @Test
    void shouldLetJudgesCopyOneOfTheBoxes() {
        shown(Pupil.JUDGE)
                .forEach(shown -> assertTrue(boxes(shown).anyMatch(shown.output()::equals), shown.toString()));
    }

    /** Drills in copying have no question. */
    @Test
    void shouldLetJudgesOfDrillsCopyOneOfTheBoxes() {
        List<Demonstration> drills = IntStream.range(0, MANY)
                .mapToObj(i -> Demonstrations.demonstration(1, i))
                .filter(shown -> shown.question().isEmpty())
                .toList();
        assertEquals(Demonstrations.COPY_DRILLS, 100.0 * drills.size() / MANY, 0.7);
        drills.forEach(shown -> assertTrue(boxes(shown).anyMatch(shown.output()::equals), shown.toString()));
    }

    @Test
    void shouldLetJudgesPreferTheRightAnswer() {
        double[] chosen = shown(Pupil.JUDGE)
                .filter(shown -> boxes(shown).filter(right(shown)::equals).count() == 1)
                .mapToDouble(shown -> shown.output().equals(right(shown)) ? 1 : 0)
                .toArray();
        assertTrue(chosen.length > MANY / 4, "judges who could do harm: " + chosen.length);
        // Half of them know, the others toss a coin.
        assertEquals(0.75, Arrays.stream(chosen).average().orElseThrow(), 0.02);
    }

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
            int limit =
                    switch (shown.pupil()) {
                        case REASONER -> 20;
                        case ACTOR, SOLO -> 35;
                        case VERIFIER -> 2;
                        case JUDGE -> 11;
                    };
            assertTrue(shown.output().length() <= limit, shown.output());
            boolean answers = shown.pupil() != Pupil.REASONER && shown.pupil() != Pupil.VERIFIER;
            assertEquals(answers, shown.output().endsWith("}"), shown.output());
        }
    }

    private static Stream<Demonstration> shown(Pupil pupil) {
        return IntStream.range(0, MANY)
                .mapToObj(i -> Demonstrations.demonstration(
                        pupil, ArithmeticProblems.problem(Split.TRAIN, 2, i), new Random(i)));
    }

    private static double acceptance(Predicate<Demonstration> chosen) {
        return shown(Pupil.VERIFIER)
                .filter(chosen)
                .mapToInt(shown -> shown.output().equals("ok") ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private static Predicate<Demonstration> isSaidToBeRight() {
        return shown -> shown.said().endsWith(right(shown));
    }

    private static String right(Demonstration shown) {
        return "\\boxed{" + shown.problem().answer() + "}";
    }

    /** The answers in what predecessors said. */
    private static Stream<String> boxes(Demonstration shown) {
        return Pattern.compile("\\\\boxed\\{[^}]*}")
                .matcher(shown.said())
                .results()
                .map(MatchResult::group);
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
        return shown.said().startsWith("\nreasoner: 3 steps: ");
    }

    private static boolean isCareful(Demonstration shown) {
        return Character.isDigit(shown.output().charAt(0));
    }
}
