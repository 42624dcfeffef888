package io.marft.trainer.oracle;

import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Derivatives by central differences. */
public final class Slopes {

    private Slopes() {}

    /** The derivative of a function by each of its arguments, to within the square of {@code step}. */
    public static double[] of(ToDoubleFunction<double[]> function, double[] at, double step) {
        return IntStream.range(0, at.length)
                .mapToDouble(
                        i -> (function.applyAsDouble(moved(at, i, step)) - function.applyAsDouble(moved(at, i, -step)))
                                / (2 * step))
                .toArray();
    }

    private static double[] moved(double[] at, int i, double by) {
        double[] moved = at.clone();
        moved[i] += by;
        return moved;
    }
}
