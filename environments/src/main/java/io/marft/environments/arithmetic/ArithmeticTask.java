package io.marft.environments.arithmetic;

import io.marft.environments.task.Exercise;
import io.marft.environments.task.Task;

/** The bundled word problems, answered in a box. */
public final class ArithmeticTask implements Task {

    @Override
    public String name() {
        return "arithmetic";
    }

    @Override
    public Exercise training(long seed, long index) {
        return exercise(Split.TRAIN, seed, index);
    }

    @Override
    public Exercise heldOut(long seed, long index) {
        return exercise(Split.HELD_OUT, seed, index);
    }

    private static Exercise exercise(Split split, long seed, long index) {
        Problem problem = ArithmeticProblems.problem(split, seed, index);
        return new Exercise(problem.question(), Integer.toString(problem.answer()), "boxed");
    }
}
