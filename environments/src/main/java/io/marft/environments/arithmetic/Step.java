package io.marft.environments.arithmetic;

/**
 * One operation on a running total.
 *
 * @param operation {@code '*'}, {@code '+'} or {@code '-'}
 * @param operand 2 to 9
 */
public record Step(char operation, int operand) {

    /** @throws IllegalArgumentException if the operation is none of the three */
    public Step {
        if ("*+-".indexOf(operation) < 0) {
            throw new IllegalArgumentException("operation of a step must be one of * + -, got: " + operation);
        }
    }

    /** The running total after this step. */
    public int apply(int total) {
        return switch (operation) {
            case '*' -> total * operand;
            case '+' -> total + operand;
            default -> total - operand;
        };
    }

    /** As it is written in plans and computations, such as {@code *6}. */
    @Override
    public String toString() {
        return operation + Integer.toString(operand);
    }
}
