package io.marft.environments.arithmetic;

import java.util.ArrayList;
import java.util.List;

/**
 * A short word problem whose answer is found by carrying out its steps, one after the other, on a running total.
 *
 * @param question the text that agents see, at most {@value #MAX_QUESTION} printable ASCII characters
 * @param first the number that the running total starts from
 * @param steps the operations in the order in which they must be carried out, always three
 */
public record Problem(String question, int first, List<Operation> steps) {

    /** Longest question, in characters. */
    public static final int MAX_QUESTION = 60;

    /** @throws IllegalArgumentException if the question is longer than {@value #MAX_QUESTION} characters */
    public Problem {
        if (question.length() > MAX_QUESTION) {
            throw new IllegalArgumentException("question must have at most " + MAX_QUESTION + " characters, has "
                    + question.length() + ": " + question);
        }
        steps = List.copyOf(steps);
    }

    /** The running total after each step. */
    public List<Integer> totals() {
        return totals(first, steps);
    }

    /** The integer that the question asks for, 0 to 99. */
    public int answer() {
        List<Integer> totals = totals();
        return totals.get(totals.size() - 1);
    }

    /** The bare computation, such as {@code 4*6-3+8}, carried out from left to right. */
    public String computation() {
        return computation(first, steps);
    }

    static String computation(int first, List<Operation> steps) {
        StringBuilder text = new StringBuilder().append(first);
        steps.forEach(text::append);
        return text.toString();
    }

    static List<Integer> totals(int first, List<Operation> steps) {
        List<Integer> totals = new ArrayList<>(steps.size());
        int total = first;
        for (Operation step : steps) {
            total = step.apply(total);
            totals.add(total);
        }
        return totals;
    }
}
