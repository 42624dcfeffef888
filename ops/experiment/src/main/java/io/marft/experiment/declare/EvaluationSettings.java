package io.marft.experiment.declare;

/**
 * How teams are measured on held-out problems.
 *
 * @param problems how many problems the final measurement of a run asks
 * @param curve how many problems each point of a learning curve asks
 * @param points how many points a learning curve has after the one at 0 tokens, equally spaced up to the budget
 */
public record EvaluationSettings(int problems, int curve, int points) {

    /** What an experiment file means that says nothing. */
    public static final EvaluationSettings DEFAULT = new EvaluationSettings(1000, 500, 10);

    public EvaluationSettings {
        atLeastOne("problems", problems);
        atLeastOne("curve", curve);
        atLeastOne("points", points);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, got: " + value);
        }
    }
}
