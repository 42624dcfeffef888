package io.marft.experiment.result;

import io.marft.experiment.run.Point;
import io.marft.experiment.run.RunResult;
import java.util.ArrayList;
import java.util.List;

/**
 * A cell's learning curve over its finished runs, point by point.
 *
 * @param tokens mean of the runs' tokens
 * @param mean of their accuracies
 * @param least of them
 * @param most of them
 */
record Curve(double[] tokens, double[] mean, double[] least, double[] most) {

    /** Of runs that have equally many points; without points if there are no runs, or they did not train. */
    static Curve of(List<RunResult> runs) {
        int points =
                runs.stream().mapToInt(run -> run.state().curve().size()).min().orElse(0);
        Curve curve = new Curve(new double[points], new double[points], new double[points], new double[points]);
        for (int i = 0; i < points; i++) {
            List<Point> there = new ArrayList<>();
            for (RunResult run : runs) {
                there.add(run.state().curve().get(i));
            }
            curve.tokens[i] = there.stream().mapToLong(Point::tokens).average().orElseThrow();
            curve.mean[i] =
                    there.stream().mapToDouble(Point::accuracy).average().orElseThrow();
            curve.least[i] = there.stream().mapToDouble(Point::accuracy).min().orElseThrow();
            curve.most[i] = there.stream().mapToDouble(Point::accuracy).max().orElseThrow();
        }
        return curve;
    }

    boolean isEmpty() {
        return tokens.length == 0;
    }
}
