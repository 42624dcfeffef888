package io.marft.jinja.syntax;

/**
 * A piece of a template.
 *
 * @param text the literal text, the name, the operator, the digits, or the string's value
 * @param line line of the template, counted from 1
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        TEXT,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** The token as errors name it. */
    String show() {
        return switch (kind) {
            case END -> "the end of the template";
            case PRINT_END -> "'}}'";
            case BLOCK_END -> "'%}'";
            case STRING -> "a string";
            default -> "'" + text + "'";
        };
    }
}
