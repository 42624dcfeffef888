package io.marft.jinja.syntax;

import io.marft.jinja.syntax.Statement.Block;
import io.marft.jinja.syntax.Statement.Flow;
import io.marft.jinja.syntax.Statement.Target;
import io.marft.jinja.syntax.Token.Kind;
import io.marft.jinja.value.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses text, prints and tags into statements. */
public final class StatementParser {

    private static final Expression CAPTURED = new Expression.Name(Statement.Capture.CAPTURED);
    private static final Block EMPTY = new Block(List.of());

    private final Tokens tokens;
    private final ExpressionParser expressions;
    private int loops;

    private StatementParser(List<Token> tokens) {
        this.tokens = new Tokens(tokens);
        this.expressions = new ExpressionParser(this.tokens);
    }

    public static Block parse(String template) {
        StatementParser parser = new StatementParser(Lexer.tokens(template));
        try {
            return parser.block("");
        } catch (TemplateException e) {
            throw e.at(parser.tokens.peek().line());
        }
    }

    /** Parses statements up to a tag that closes or divides the block, whose name is read, or up to the end. */
    private Block block(String opener, String... ends) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case TEXT -> statements.add(new Statement.Literal(token.text()));
                case PRINT_BEGIN -> {
                    statements.add(new Statement.Placed(print(expressions.tuple()), token.line()));
                    tokens.expect(Kind.PRINT_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    if (List.of(ends).contains(tokens.peek().text())) {
                        return new Block(statements);
                    }
                    statements.add(new Statement.Placed(tag(), token.line()));
                    tokens.expect(Kind.BLOCK_END, "'%}'");
                }
                default -> {
                    if (ends.length > 0) {
                        throw new TemplateException(
                                        "'{% " + opener + " %}' has no '{% " + ends[ends.length - 1] + " %}'")
                                .at(token.line());
                    }
                    return new Block(statements);
                }
            }
        }
    }

    /** Parses a body, from the end of its opening tag to the name of its closing tag. */
    private Block body(String opener) {
        tokens.expect(Kind.BLOCK_END, "'%}'");
        Block body = block(opener, "end" + opener);
        tokens.next();
        return body;
    }

    private Statement tag() {
        Token name = tokens.expect(Kind.NAME, "a tag's name");
        return switch (name.text()) {
            case "if" -> condition();
            case "for" -> loop();
            case "set" -> set();
            case "macro" -> macro();
            case "break", "continue" -> jump(name);
            case "filter" -> {
                Expression filtered = expressions.filters(CAPTURED, false);
                yield new Statement.Filtered(outsideLoops("filter"), filtered);
            }
            case "with" -> with();
            case "generation" -> new Statement.Scoped(Map.of(), outsideLoops("generation"));
            case "print" -> print(expressions.tuple());
            default ->
                throw new TemplateException("tag '" + name.text() + "' is unknown, out of place or not supported")
                        .at(name.line());
        };
    }

    /** Leaves the filter {@code safe} out: without autoescape it changes nothing about a value that is printed at once. */
    private static Statement print(Expression expression) {
        boolean safe = expression instanceof Expression.Filter filter
                && filter.name().equals("safe")
                && filter.inputs().equals(Expression.Inputs.NONE);
        return safe ? print(((Expression.Filter) expression).input()) : new Statement.Print(expression);
    }

    private Statement condition() {
        Expression condition = expressions.tupleWithoutChoice();
        tokens.expect(Kind.BLOCK_END, "'%}'");
        Block then = block("if", "elif", "else", "endif");
        Token end = tokens.next();
        Block otherwise = EMPTY;
        if (end.isName("elif")) {
            otherwise = new Block(List.of(new Statement.Placed(condition(), end.line())));
        } else if (end.isName("else")) {
            otherwise = body("if");
        }
        return new Statement.If(condition, then, otherwise);
    }

    private Statement loop() {
        Target target = target(false);
        if (!tokens.skipName("in")) {
            throw tokens.unexpected("'in'");
        }
        Expression items = expressions.tupleWithoutChoice();
        Expression filter = tokens.skipName("if") ? expressions.expression() : new Expression.Constant(true);
        if (tokens.peek().isName("recursive")) {
            throw new TemplateException("a recursive loop is not supported")
                    .at(tokens.peek().line());
        }
        tokens.expect(Kind.BLOCK_END, "'%}'");
        loops++;
        Block body = block("for", "else", "endfor");
        loops--;
        Block otherwise = tokens.next().isName("else") ? body("for") : EMPTY;
        return new Statement.For(target, items, filter, body, otherwise);
    }

    private Statement set() {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple());
        }
        Expression filtered = expressions.filters(CAPTURED, true);
        return new Statement.Capture(target, outsideLoops("set"), filtered);
    }

    private Target target(boolean fields) {
        List<Target> targets = new ArrayList<>();
        boolean bracketed = tokens.skipOperator("(");
        do {
            String name = tokens.expect(Kind.NAME, "a name to assign to").text();
            if (name.equals("loop") && (!fields || loops > 0)) {
                throw new TemplateException("'loop' in a loop cannot be assigned to");
            }
            targets.add(
                    fields && tokens.skipOperator(".")
                            ? new Statement.Field(
                                    name,
                                    tokens.expect(Kind.NAME, "an attribute").text())
                            : new Statement.Variable(name));
        } while (tokens.skipOperator(","));
        if (bracketed) {
            tokens.expectOperator(")");
        }
        return targets.size() == 1 ? targets.get(0) : new Statement.Several(targets);
    }

    private Statement jump(Token name) {
        if (loops == 0) {
            throw new TemplateException("'" + name.text() + "' must stand in a loop").at(name.line());
        }
        return new Statement.Jump(name.isName("break") ? Flow.BREAK : Flow.CONTINUE);
    }

    private Statement with() {
        Map<String, Expression> names = new LinkedHashMap<>();
        while (!tokens.peek().is(Kind.BLOCK_END)) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(Kind.NAME, "a name").text();
            tokens.expectOperator("=");
            names.put(name, expressions.expression());
        }
        return new Statement.Scoped(names, body("with"));
    }

    private Statement macro() {
        String name = tokens.expect(Kind.NAME, "a macro's name").text();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token parameter = tokens.expect(Kind.NAME, "a parameter's name");
            parameters.add(parameter.text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateException("non-default argument follows default argument").at(parameter.line());
            }
        }
        return new Statement.Macro(name, parameters, defaults, outsideLoops("macro"));
    }

    private Block outsideLoops(String opener) {
        int around = loops;
        loops = 0;
        Block body = body(opener);
        loops = around;
        return body;
    }
}
