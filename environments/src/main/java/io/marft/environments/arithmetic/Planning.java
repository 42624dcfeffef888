package io.marft.environments.arithmetic;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * How the demonstrated reasoners plan. The first character tells the strategy:
 *
 * <ul>
 *   <li>{@code 3 steps: 4*6 -3 +8}: complete, {@value #COMPLETE} %; of these {@value #SLIP} % have one number or sign
 *       wrong;
 *   <li>{@code 2 steps: 4*6 +8}: one step dropped, {@value #DROPPED} %;
 *   <li>{@code about 27}: no plan but a guess, the rest.
 * </ul>
 */
final class Planning {

    static final int COMPLETE = 60;
    static final int DROPPED = 25;
    static final int SLIP = 4;

    /** What a reasoner wrote: the steps to follow, none for a guess. */
    record Plan(String text, int first, List<Operation> steps, boolean sound) {

        boolean isGuess() {
            return steps.isEmpty();
        }
    }

    private Planning() {}

    static Plan plan(Problem problem, Random random) {
        int strategy = random.nextInt(100);
        if (strategy < COMPLETE) {
            return random.nextInt(100) < SLIP ? slipped(problem, random) : plan(problem.first(), problem.steps(), true);
        }
        if (strategy < COMPLETE + DROPPED) {
            List<Operation> steps = new ArrayList<>(problem.steps());
            steps.remove(random.nextInt(steps.size()));
            return plan(problem.first(), steps, false);
        }
        return new Plan("about " + Guessing.near(problem.answer(), random), 0, List.of(), false);
    }

    private static Plan slipped(Problem problem, Random random) {
        List<Operation> steps = new ArrayList<>(problem.steps());
        int place = random.nextInt(steps.size());
        Operation step = steps.get(place);
        boolean sign = step.operator() != '*' && random.nextBoolean();
        steps.set(
                place,
                sign
                        ? new Operation(step.operator() == '+' ? '-' : '+', step.operand())
                        : new Operation(step.operator(), Guessing.otherOperand(step.operand(), random)));
        return plan(problem.first(), steps, false);
    }

    private static Plan plan(int first, List<Operation> steps, boolean sound) {
        return new Plan(steps.size() + " steps: " + written(first, steps), first, steps, sound);
    }

    /** Such as {@code 4*6 -3 +8}. */
    static String written(int first, List<Operation> steps) {
        return first + steps.stream().map(Operation::toString).collect(Collectors.joining(" "));
    }
}
