package io.marft.environments.arithmetic;

import io.marft.schemas.digest.SplitMix64;
import java.util.List;
import java.util.Random;

/**
 * An endless, seeded source of word problems: a pure function of split, seed and index, the same on every JVM.
 *
 * <p>Operands are 2 to 9 and running totals 0 to 99, so that a small model can learn the arithmetic; thousands of
 * computations in many wordings give far more problems than it could memorise. The split of a problem is a hash of
 * its <em>computation</em>: a computation that is held out is never trained on in any wording.
 */
public final class ArithmeticProblems {

    private static final int HELD_OUT_PER_256 = 32;

    private ArithmeticProblems() {}

    /**
     * The problem at one place of one stream.
     *
     * @param split what the problem may be used for
     * @param seed names the stream
     * @param index place in the stream, from 0
     */
    public static Problem problem(Split split, long seed, long index) {
        Random random = new Random(SplitMix64.first(SplitMix64.first(seed) ^ index));
        while (true) {
            Problem candidate = candidate(random);
            if (split(candidate) == split && candidate.totals().stream().allMatch(total -> total >= 0 && total < 100)) {
                return candidate;
            }
        }
    }

    /** What a problem may be used for: decided by a hash of its computation, whatever its wording. */
    public static Split split(Problem problem) {
        long hash = 0;
        for (char symbol : problem.computation().toCharArray()) {
            hash = SplitMix64.first(hash ^ symbol);
        }
        return (hash & 0xff) < HELD_OUT_PER_256 ? Split.HELD_OUT : Split.TRAIN;
    }

    private static Problem candidate(Random random) {
        Operation third = change(random);
        return switch (random.nextInt(6)) {
            case 0 -> {
                int red = between(2, 7, random);
                int blue = between(2, 9 - red, random);
                int holders = between(2, 9, random);
                yield new Problem(
                        Wording.mixedHolders(red, blue, holders, third, random),
                        red,
                        List.of(new Operation('+', blue), new Operation('*', holders), third));
            }
            case 1 -> {
                int each = between(4, 9, random);
                int missing = between(2, each - 2, random);
                int holders = between(2, 9, random);
                yield new Problem(
                        Wording.shortHolders(each, missing, holders, third, random),
                        each,
                        List.of(new Operation('-', missing), new Operation('*', holders), third));
            }
            case 2 -> {
                boolean gain = random.nextBoolean();
                int first = gain ? between(2, 7, random) : between(4, 9, random);
                Operation second = gain
                        ? new Operation('+', between(2, 9 - first, random))
                        : new Operation('-', between(2, first - 2, random));
                int price = between(2, 9, random);
                yield new Problem(
                        Wording.sale(first, second, price, third, random),
                        first,
                        List.of(second, new Operation('*', price), third));
            }
            default -> {
                int holders = between(2, 9, random);
                int each = between(2, 9, random);
                Operation second = change(random);
                yield new Problem(
                        Wording.holders(holders, each, second, third, random),
                        holders,
                        List.of(new Operation('*', each), second, third));
            }
        };
    }

    private static Operation change(Random random) {
        return new Operation(random.nextBoolean() ? '+' : '-', between(2, 9, random));
    }

    private static int between(int least, int most, Random random) {
        return least + random.nextInt(most - least + 1);
    }
}
