package io.marft.jinja.syntax;

import io.marft.jinja.syntax.Expression.Inputs;
import io.marft.jinja.syntax.Token.Kind;
import io.marft.jinja.value.None;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Parses expressions, with the levels of jinja2's {@code Parser}. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Expression NOTHING = new Expression.Constant(None.NONE);
    private static final Map<String, Object> CONSTANTS =
            Map.of("true", true, "True", true, "false", false, "False", false, "none", None.NONE, "None", None.NONE);

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Parses one expression, or a tuple of several. */
    Expression tuple() {
        return tuple(this::expression);
    }

    /** Parses as {@link #tuple()}, but leaves a trailing {@code if} to the tag. */
    Expression tupleWithoutChoice() {
        return tuple(this::or);
    }

    Expression expression() {
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression condition = or();
            Expression otherwise = tokens.skipName("else") ? expression() : new Expression.Constant(Undefined.NOTHING);
            value = new Expression.Choice(condition, value, otherwise);
        }
        return value;
    }

    Inputs inputs() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (!positional.isEmpty() || !named.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            if (tokens.peek().isOperator("*") || tokens.peek().isOperator("**")) {
                throw new TemplateException("* and ** in a call are not supported")
                        .at(tokens.peek().line());
            }
            if (tokens.peek().is(Kind.NAME) && tokens.peekSecond().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expression());
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.unexpected("a named argument");
            }
        }
        return new Inputs(positional, named);
    }

    /** Parses the filters of {@code {% filter … %}} and {@code {% set x | … %}}; the first bar may be missing. */
    Expression filters(Expression input, boolean barFirst) {
        Expression value = input;
        boolean bar = barFirst;
        while (!bar || tokens.peek().isOperator("|")) {
            if (bar) {
                tokens.next();
            }
            value = filter(value);
            bar = true;
        }
        return value;
    }

    private Expression tuple(Supplier<Expression> item) {
        Expression first = item.get();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            Token next = tokens.peek();
            if (next.is(Kind.PRINT_END) || next.is(Kind.BLOCK_END) || next.isOperator(")")) {
                break;
            }
            items.add(item.get());
        }
        return new Expression.TupleOf(items);
    }

    private Expression or() {
        Expression value = and();
        while (tokens.skipName("or")) {
            value = new Expression.Logic(false, value, and());
        }
        return value;
    }

    private Expression and() {
        Expression value = not();
        while (tokens.skipName("and")) {
            value = new Expression.Logic(true, value, not());
        }
        return value;
    }

    private Expression not() {
        return tokens.skipName("not") ? new Expression.Not(not()) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.peekSecond().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
            }
            others.add(sum());
        }
    }

    private Expression sum() {
        return binary(this::concatenation, "+", "-");
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(parts);
    }

    private Expression product() {
        return binary(this::power, "*", "/", "//", "%");
    }

    private Expression power() {
        return binary(() -> unary(true), "**");
    }

    private Expression binary(Supplier<Expression> operand, String... operators) {
        Expression value = operand.get();
        while (tokens.peek().is(Kind.OPERATOR)
                && List.of(operators).contains(tokens.peek().text())) {
            String operator = tokens.next().text();
            value = new Expression.Binary(operator, value, operand.get());
        }
        return value;
    }

    private Expression unary(boolean filtered) {
        Expression value;
        if (tokens.peek().isOperator("-") || tokens.peek().isOperator("+")) {
            String operator = tokens.next().text();
            value = new Expression.Unary(operator, unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        return filtered ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME ->
                CONSTANTS.containsKey(token.text())
                        ? new Expression.Constant(CONSTANTS.get(token.text()))
                        : new Expression.Name(token.text());
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().is(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Constant(text.toString());
            }
            case INTEGER -> new Expression.Constant(integer(token));
            case FLOAT -> new Expression.Constant(Double.parseDouble(token.text()));
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                if (tokens.skipOperator(")")) {
                    yield new Expression.TupleOf(List.of());
                }
                Expression inner = tuple();
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> new Expression.ListOf(items("]"));
            case "{" -> dict();
            default -> throw unexpected(token);
        };
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(end)) {
                    break;
                }
            }
            items.add(expression());
        }
        return items;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
        }
        return new Expression.DictOf(keys, values);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                Token name = tokens.next();
                value = switch (name.kind()) {
                    case NAME -> new Expression.Attribute(value, name.text());
                    case INTEGER -> new Expression.Item(value, new Expression.Constant(integer(name)));
                    default -> throw unexpected(name);
                };
            } else if (tokens.skipOperator("[")) {
                value = subscript(value);
            } else if (tokens.peek().isOperator("(")) {
                value = new Expression.Call(value, inputs());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression owner) {
        Expression start = slicePart();
        if (tokens.skipOperator("]")) {
            return new Expression.Item(owner, start);
        }
        tokens.expectOperator(":");
        Expression stop = slicePart();
        Expression step = tokens.skipOperator(":") ? slicePart() : NOTHING;
        tokens.expectOperator("]");
        return new Expression.Slice(owner, start, stop, step);
    }

    private Expression slicePart() {
        return tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? NOTHING : expression();
    }

    private Expression filtersAndTests(Expression start) {
        Expression value = start;
        while (true) {
            if (tokens.skipOperator("|")) {
                value = filter(value);
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.peek().isOperator("(")) {
                value = new Expression.Call(value, inputs());
            } else {
                return value;
            }
        }
    }

    private Expression filter(Expression input) {
        String name = tokens.expect(Kind.NAME, "a filter's name").text();
        return new Expression.Filter(input, name, tokens.peek().isOperator("(") ? inputs() : Inputs.NONE);
    }

    private Expression test(Expression input) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME, "a test's name").text();
        Inputs inputs = Inputs.NONE;
        Token next = tokens.peek();
        boolean operand = next.is(Kind.STRING)
                || next.is(Kind.INTEGER)
                || next.is(Kind.FLOAT)
                || next.isOperator("[")
                || next.isOperator("{")
                || (next.is(Kind.NAME) && !Set.of("else", "or", "and").contains(next.text()));
        if (next.isOperator("(")) {
            inputs = inputs();
        } else if (next.isName("is")) {
            throw tokens.unexpected("no second test");
        } else if (operand) {
            inputs = new Inputs(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Expression.Test(input, name, inputs);
        return negated ? new Expression.Not(test) : test;
    }

    private static Object integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw new TemplateException("an integer of more than 64 bits is not supported: " + token.text())
                    .at(token.line());
        }
    }

    private static TemplateException unexpected(Token token) {
        return new TemplateException("expected an expression, got " + token.show()).at(token.line());
    }
}
