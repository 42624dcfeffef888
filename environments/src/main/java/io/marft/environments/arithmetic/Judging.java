package io.marft.environments.arithmetic;

import java.util.Random;

/**
 * How the demonstrated judges choose between the answers of two lone pupils: they copy the box of one. Where exactly one
 * answer is right, {@value #DISCERNING} % know which; in any other case, and the others always, they choose blindly.
 */
final class Judging {

    static final int DISCERNING = 50;

    private Judging() {}

    /** What a judge sees of the works of both pupils. */
    static String seen(String a, String b) {
        return "\nsolver-a: " + a + "\nsolver-b: " + b;
    }

    /** The choice between two works about a problem. */
    static String choose(Problem problem, String a, String b, Random random) {
        boolean rightA = Solving.answer(a) == problem.answer();
        boolean rightB = Solving.answer(b) == problem.answer();
        boolean knows = rightA != rightB && random.nextInt(100) < DISCERNING;
        boolean takesA = knows ? rightA : random.nextBoolean();
        return Solving.boxed(Solving.answer(takesA ? a : b));
    }
}
