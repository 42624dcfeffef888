package io.marft.experiment.declare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A linear axis from tick to tick.
 *
 * @param step between ticks: 1, 2 or 5 times a power of ten
 * @param from the first tick, in steps
 * @param to the last tick, in steps
 */
public record Axis(double step, int from, int to) {

    private static final int MOST_TICKS = 6;

    /**
     * The axis that holds some values, with round ticks.
     *
     * @param least what no tick is below
     * @param most what no tick is above
     */
    public static Axis over(double[] values, double least, double most) {
        double low = Arrays.stream(values).min().orElse(least);
        double high = Arrays.stream(values).max().orElse(low);
        double step = Math.pow(10, Math.floor(Math.log10(Math.max(high - low, 1) / MOST_TICKS)));
        for (int i = 0; ticks(low, high, step) > MOST_TICKS; i++) {
            step *= i % 3 == 1 ? 2.5 : 2;
        }
        int from = (int) Math.floor(low / step);
        int to = Math.max(from + 1, (int) Math.ceil(high / step));
        if (to * step > most) {
            to--;
            from = Math.min(from, to - 1);
        }
        return new Axis(step, from, to);
    }

    private static double ticks(double low, double high, double step) {
        return Math.ceil(high / step) - Math.floor(low / step);
    }

    public List<Double> ticks() {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i * step).toList();
    }

    /** Where a value lies: 0 at the first tick, 1 at the last. */
    public double share(double value) {
        return (value / step - from) / (to - from);
    }

    /** A tick in short, such as 60, 2.5 or 250k. */
    public static String label(double tick) {
        if (Math.abs(tick) >= 1e6) {
            return number(tick / 1e6) + "M";
        }
        return Math.abs(tick) >= 1e3 ? number(tick / 1e3) + "k" : number(tick);
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
