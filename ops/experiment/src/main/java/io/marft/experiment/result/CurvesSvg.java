package io.marft.experiment.result;

import io.marft.experiment.declare.Axis;
import io.marft.experiment.declare.Cell;
import io.marft.experiment.declare.EvaluationSettings;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.run.Point;
import io.marft.experiment.run.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Learning curves as a picture: one chart for each team, in it one line for each algorithm, its mean over seeds within a
 * band from least to most. All charts have the same axes, and an algorithm has the same colour and dashes in all of them.
 * A team that was only measured is a level line at its final accuracy.
 */
final class CurvesSvg {

    /** The colours that Okabe and Ito chose to be told apart with any colour vision; black goes to what is not trained. */
    private static final List<String> COLOURS =
            List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9");

    private static final List<String> DASHES = List.of("", "7 3", "2 3", "9 3 2 3");
    private static final String UNTRAINED = "#000000";

    private static final int CHART_WIDTH = 460;
    private static final int CHART_HEIGHT = 290;
    private static final int LEFT = 56;
    private static final int RIGHT = 16;
    private static final int ABOVE = 34;
    private static final int BELOW = 46;
    private static final int LEGEND_ROW = 20;
    private static final int LEGEND_COLUMNS = 4;

    private final Results results;
    private final Experiment experiment;
    private final List<String> algorithms;
    private final int charts;
    private final int perRow;
    private final int top;
    private final Svg svg;
    private final Axis accuracy;
    private final Axis tokens;

    private CurvesSvg(Results results) {
        this.results = results;
        this.experiment = results.experiment();
        this.algorithms = experiment.columns();
        this.charts = experiment.cells().size();
        this.perRow = Math.min(2, charts);
        int legendRows = (algorithms.size() + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
        this.top = 62 + LEGEND_ROW * legendRows;
        int rows = (charts + perRow - 1) / perRow;
        this.svg = new Svg(2 * CHART_WIDTH, top + rows * CHART_HEIGHT);
        List<Point> points = results.runs().stream()
                .flatMap(run -> run.state().curve().stream())
                .toList();
        double[] shown = DoubleStream.concat(
                        points.stream().mapToDouble(Point::accuracy),
                        results.runs().stream()
                                .filter(run -> run.state().curve().isEmpty())
                                .mapToDouble(RunResult::accuracy))
                .map(share -> 100 * share)
                .toArray();
        this.accuracy = Axis.over(shown, 0, 100);
        double most = points.stream()
                .mapToDouble(point -> (double) point.tokens())
                .max()
                .orElse(0);
        this.tokens = Axis.over(new double[] {0, Math.max(most, (double) experiment.tokens())}, 0, Double.MAX_VALUE);
    }

    static String of(Results results) {
        return new CurvesSvg(results).draw();
    }

    private String draw() {
        EvaluationSettings evaluation = experiment.evaluation();
        svg.text(
                16, 26, "font-size=\"16\" font-weight=\"bold\"", experiment.name() + ": accuracy on held-out problems");
        svg.text(
                16,
                44,
                "font-size=\"12\" fill=\"#555555\"",
                "Mean over seeds, band from least to most. Curves: " + evaluation.curve()
                        + " problems a point; level lines, not trained: " + evaluation.problems() + " problems.");
        legend();
        for (int i = 0; i < charts; i++) {
            int x = i % perRow * CHART_WIDTH;
            int y = top + i / perRow * CHART_HEIGHT;
            chart(experiment.cells().get(i), new Frame(x + LEFT, y + ABOVE));
        }
        return svg.document("Learning curves of experiment " + experiment.name());
    }

    private void legend() {
        int column = (2 * CHART_WIDTH - 32) / LEGEND_COLUMNS;
        for (int i = 0; i < algorithms.size(); i++) {
            double x = 16 + i % LEGEND_COLUMNS * column;
            double y = 66 + i / LEGEND_COLUMNS * LEGEND_ROW;
            svg.open("legend", algorithms.get(i));
            svg.line(x, y, x + 30, y, stroke(algorithms.get(i)));
            svg.text(x + 38, y + 4, "font-size=\"13\"", algorithms.get(i));
            svg.close();
        }
    }

    private String colour(String algorithm) {
        return experiment.algorithms().get(algorithm).trains()
                ? COLOURS.get(trained().indexOf(algorithm) % COLOURS.size())
                : UNTRAINED;
    }

    private String stroke(String algorithm) {
        String dashes = experiment.algorithms().get(algorithm).trains()
                ? DASHES.get(trained().indexOf(algorithm) % DASHES.size())
                : "1 4";
        return "fill=\"none\" stroke=\"" + colour(algorithm) + "\" stroke-width=\"2\" stroke-linejoin=\"round\""
                + (dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"");
    }

    private List<String> trained() {
        return algorithms.stream()
                .filter(name -> experiment.algorithms().get(name).trains())
                .toList();
    }

    /** Where a chart's plot lies: its upper left corner. */
    private record Frame(double x, double y) {

        double width() {
            return CHART_WIDTH - LEFT - RIGHT;
        }

        double height() {
            return CHART_HEIGHT - ABOVE - BELOW;
        }
    }

    private void chart(Cell cell, Frame frame) {
        svg.open("chart", cell.team());
        axes(cell.team(), frame);
        List<String> shown = new ArrayList<>(cell.algorithms());
        shown.forEach(algorithm -> band(cell, algorithm, frame));
        shown.forEach(algorithm -> line(cell, algorithm, frame));
        svg.close();
    }

    private void axes(String team, Frame frame) {
        double bottom = frame.y() + frame.height();
        svg.text(frame.x(), frame.y() - 12, "font-size=\"14\" font-weight=\"bold\"", "team " + team);
        for (double tick : accuracy.ticks()) {
            double y = y(tick, frame);
            svg.line(frame.x(), y, frame.x() + frame.width(), y, "stroke=\"#dddddd\"");
            svg.text(frame.x() - 8, y + 4, "font-size=\"12\" text-anchor=\"end\"", Axis.label(tick) + " %");
        }
        for (double tick : tokens.ticks()) {
            double x = x(tick, frame);
            svg.line(x, bottom, x, bottom + 5, "stroke=\"#555555\"");
            svg.text(x, bottom + 18, "font-size=\"12\" text-anchor=\"middle\"", Axis.label(tick));
        }
        svg.line(frame.x(), bottom, frame.x() + frame.width(), bottom, "stroke=\"#555555\"");
        svg.line(frame.x(), frame.y(), frame.x(), bottom, "stroke=\"#555555\"");
        svg.text(
                frame.x() + frame.width() / 2,
                bottom + 36,
                "font-size=\"12\" text-anchor=\"middle\"",
                "tokens generated in training");
    }

    private void band(Cell cell, String algorithm, Frame frame) {
        Curve curve = Curve.of(results.of(cell.team(), algorithm));
        int n = curve.tokens().length;
        double[] x = new double[2 * n];
        double[] y = new double[2 * n];
        for (int i = 0; i < n; i++) {
            x[i] = x[2 * n - 1 - i] = x(curve.tokens()[i], frame);
            y[i] = y(100 * curve.most()[i], frame);
            y[2 * n - 1 - i] = y(100 * curve.least()[i], frame);
        }
        if (n > 0) {
            svg.polygon(x, y, "fill=\"" + colour(algorithm) + "\" fill-opacity=\"0.15\" stroke=\"none\"");
        }
    }

    private void line(Cell cell, String algorithm, Frame frame) {
        svg.open("curve", algorithm);
        Curve curve = Curve.of(results.of(cell.team(), algorithm));
        if (curve.isEmpty()) {
            results.summary(cell.team(), algorithm)
                    .filter(summary -> !experiment.algorithms().get(algorithm).trains())
                    .ifPresent(summary -> {
                        double y = y(100 * summary.mean(), frame);
                        svg.line(frame.x(), y, frame.x() + frame.width(), y, stroke(algorithm));
                    });
        } else {
            double[] x = DoubleStream.of(curve.tokens()).map(t -> x(t, frame)).toArray();
            double[] y =
                    DoubleStream.of(curve.mean()).map(a -> y(100 * a, frame)).toArray();
            svg.polyline(x, y, stroke(algorithm));
            for (int i = 0; i < x.length; i++) {
                svg.circle(x[i], y[i], 2.5, "fill=\"" + colour(algorithm) + "\"");
            }
        }
        svg.close();
    }

    private double x(double value, Frame frame) {
        return frame.x() + tokens.share(value) * frame.width();
    }

    private double y(double value, Frame frame) {
        return frame.y() + (1 - accuracy.share(value)) * frame.height();
    }
}
