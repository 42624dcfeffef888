package io.marft.environments.arithmetic;

/**
 * A step of a problem: what it does to the running total.
 *
 * @param operator {@code '*'}, {@code '+'} or {@code '-'}
 * @param operand 2 to 9
 */
public record Operation(char operator, int operand) {

    /** @throws IllegalArgumentException if the operator is none of the three */
    public Operation {
        if ("*+-".indexOf(operator) < 0) {
            throw new IllegalArgumentException("operator of a step must be one of * + -, got: " + operator);
        }
    }

    /** The running total after this step. */
    public int apply(int total) {
        return switch (operator) {
            case '*' -> total * operand;
            case '+' -> total + operand;
            default -> total - operand;
        };
    }

    /** As it is written in plans and computations, such as {@code *6}. */
    @Override
    public String toString() {
        return operator + Integer.toString(operand);
    }
}
