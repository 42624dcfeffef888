package io.marft.environments.arithmetic;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * How the demonstrated actors and lone pupils compute. The first character tells the strategy:
 *
 * <ul>
 *   <li>{@code 4*6=24 -3=21 +8=29 \boxed{29}}: careful, every step with its total, {@value #CAREFUL} %; of these
 *       {@value #SLIP} % have one total wrong and go on from it;
 *   <li>{@code so 24 then 29 \boxed{29}}: hasty, the steps after the first in the head, {@value #HASTY} %; of these
 *       {@value #HASTY_RIGHT} % end right;
 *   <li>{@code \boxed{27}}: a guess, the rest.
 * </ul>
 *
 * <p>On a flawed plan, {@value #REPAIRED} % of the careful and hasty compute what the question says; the others follow
 * the plan to its wrong answer. A plan that is a mere guess is mostly copied: {@value #GUESS_COPIED} %.
 */
final class Solving {

    static final int CAREFUL = 65;
    static final int HASTY = 20;
    static final int SLIP = 5;
    static final int HASTY_RIGHT = 30;
    static final int REPAIRED = 20;
    static final int GUESS_COPIED = 75;
    /** Of a hundred lone pupils who compute, those who drop a step. */
    static final int SOLO_DROPPED = 12;

    private static final String BOX = "\\boxed{";

    private Solving() {}

    /** An actor's work on a reasoner's plan. */
    static String follow(Problem problem, Planning.Plan plan, Random random) {
        if (plan.isGuess()) {
            if (random.nextInt(100) < GUESS_COPIED) {
                return boxed(Integer.parseInt(plan.text().substring("about ".length())));
            }
            return solve(problem.first(), problem.steps(), random);
        }
        boolean asked = plan.sound() || random.nextInt(100) < REPAIRED;
        return asked ? solve(problem.first(), problem.steps(), random) : solve(plan.first(), plan.steps(), random);
    }

    /** A lone pupil's work. */
    static String alone(Problem problem, Random random) {
        if (random.nextInt(100) < SOLO_DROPPED) {
            List<Operation> steps = new ArrayList<>(problem.steps());
            steps.remove(random.nextInt(steps.size()));
            return solve(problem.first(), steps, random);
        }
        return solve(problem.first(), problem.steps(), random);
    }

    private static String solve(int first, List<Operation> steps, Random random) {
        List<Integer> totals = Problem.totals(first, steps);
        int last = totals.get(totals.size() - 1);
        int strategy = random.nextInt(100);
        if (strategy < CAREFUL) {
            return careful(first, steps, random);
        }
        if (strategy < CAREFUL + HASTY) {
            int answer = random.nextInt(100) < HASTY_RIGHT ? last : Guessing.near(last, random);
            return "so " + totals.get(0) + " then " + answer + " " + boxed(answer);
        }
        return boxed(Guessing.near(last, random));
    }

    /** Careful work without a slip. */
    static String drilled(Problem problem) {
        return careful(problem.first(), problem.steps(), -1, new Random(0));
    }

    private static String careful(int first, List<Operation> steps, Random random) {
        return careful(first, steps, random.nextInt(100) < SLIP ? random.nextInt(steps.size()) : -1, random);
    }

    private static String careful(int first, List<Operation> steps, int slipAt, Random random) {
        StringBuilder text = new StringBuilder().append(first);
        int total = first;
        for (int i = 0; i < steps.size(); i++) {
            total = steps.get(i).apply(total);
            if (i == slipAt) {
                total = Guessing.slip(total, random);
            }
            text.append(steps.get(i)).append('=').append(total).append(' ');
        }
        return text + boxed(total);
    }

    /** How every work ends. */
    static String boxed(int answer) {
        return BOX + answer + "}";
    }

    /** The answer that a pupil's work ends in. */
    static int answer(String work) {
        return Integer.parseInt(work.substring(work.indexOf(BOX) + BOX.length(), work.length() - 1));
    }
}
