package io.marft.environments.arithmetic;

import java.util.Random;

/**
 * How the demonstrated verifiers look over an actor's work. The first character tells the verdict: {@code ok} or
 * {@code no}.
 *
 * <ul>
 *   <li>{@value #CHECK} % check the answer; of these {@value #SLIP} % say the opposite of what they should;
 *   <li>{@value #WAVE_THROUGH} % say {@code ok} to everything;
 *   <li>the rest toss a coin.
 * </ul>
 */
final class Verifying {

    static final int CHECK = 70;
    static final int WAVE_THROUGH = 15;
    static final int SLIP = 5;

    private static final String ACCEPTED = "ok";
    private static final String REJECTED = "no";

    private Verifying() {}

    /** The verdict on work about a problem. */
    static String verdict(Problem problem, String work, Random random) {
        int strategy = random.nextInt(100);
        boolean accepts;
        if (strategy < CHECK) {
            boolean right = Solving.answer(work) == problem.answer();
            accepts = right != (random.nextInt(100) < SLIP);
        } else {
            accepts = strategy < CHECK + WAVE_THROUGH || random.nextBoolean();
        }
        return accepts ? ACCEPTED : REJECTED;
    }
}
