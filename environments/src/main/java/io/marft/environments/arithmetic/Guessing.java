package io.marft.environments.arithmetic;

import java.util.Random;

/** The wrong numbers that pupils write. */
final class Guessing {

    private Guessing() {}

    /** A number near the right one, by chance sometimes the right one. */
    static int near(int right, Random random) {
        return Math.max(0, Math.min(99, right + random.nextInt(25) - 12));
    }

    /** A wrong total: off by one, two or ten. */
    static int slip(int right, Random random) {
        int[] errors = {1, -1, 2, -2, 10, -10};
        int wrong = right + errors[random.nextInt(errors.length)];
        return wrong < 0 || wrong > 99 ? right + (right < 50 ? 1 : -1) : wrong;
    }

    /** An operand that is off by one. */
    static int otherOperand(int right, Random random) {
        int wrong = right + (random.nextBoolean() ? 1 : -1);
        return wrong < 2 ? 3 : wrong > 9 ? 8 : wrong;
    }
}
