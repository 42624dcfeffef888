package io.marft.jinja.syntax;

import io.marft.jinja.library.Filters;
import io.marft.jinja.library.Members;
import io.marft.jinja.library.Tests;
import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Arithmetic;
import io.marft.jinja.value.Callable;
import io.marft.jinja.value.Comparisons;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Tuple;
import io.marft.jinja.value.Types;
import io.marft.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of a template that evaluates to a value. */
sealed interface Expression {

    Object value(Scope scope);

    record Constant(Object value) implements Expression {
        @Override
        public Object value(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public Object value(Scope scope) {
            return scope.get(name);
        }
    }

    record ListOf(List<Expression> items) implements Expression {
        @Override
        public Object value(Scope scope) {
            return values(items, scope);
        }
    }

    record TupleOf(List<Expression> items) implements Expression {
        @Override
        public Object value(Scope scope) {
            return new Tuple(values(items, scope));
        }
    }

    /** A dict; the key and the value at the same place belong together. */
    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object value(Scope scope) {
            Map<Object, Object> dict = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Object key = keys.get(i).value(scope);
                if (!(key instanceof String || key instanceof Long)) {
                    throw new TemplateException(
                            "a dict's key must be a string or an integer here, got: " + Text.repr(key));
                }
                dict.put(key, values.get(i).value(scope));
            }
            return dict;
        }
    }

    /** The expression {@code owner.name}. */
    record Attribute(Expression owner, String name) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Members.attribute(owner.value(scope), name);
        }
    }

    /** The expression {@code owner[key]}. */
    record Item(Expression owner, Expression key) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Members.item(owner.value(scope), key.value(scope));
        }
    }

    /** The expression {@code owner[start:stop:step]}; a part that is left out is the constant {@code none}. */
    record Slice(Expression owner, Expression start, Expression stop, Expression step) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Sequences.slice(owner.value(scope), start.value(scope), stop.value(scope), step.value(scope));
        }
    }

    record Call(Expression callee, Inputs inputs) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object function = callee.value(scope);
            if (function instanceof Callable callable) {
                return callable.call(inputs.values(scope));
            }
            if (function instanceof Undefined undefined) {
                throw undefined.failure();
            }
            throw new TemplateException("'" + Types.name(function) + "' object is not callable");
        }
    }

    record Filter(Expression input, String name, Inputs inputs) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Filters.apply(name, input.value(scope), inputs.values(scope));
        }
    }

    record Test(Expression input, String name, Inputs inputs) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Tests.holds(name, input.value(scope), inputs.values(scope));
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public Object value(Scope scope) {
            return !Types.truth(operand.value(scope));
        }
    }

    /** The operators {@code and} and {@code or}, which give the operand that decides, not its truth. */
    record Logic(boolean and, Expression left, Expression right) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = left.value(scope);
            return Types.truth(value) == and ? right.value(scope) : value;
        }
    }

    /** A chain such as {@code first < second <= third}, which is true if every neighbouring pair is. */
    record Comparison(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object left = first.value(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).value(scope);
                if (!Comparisons.holds(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    record Unary(String operator, Expression operand) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = operand.value(scope);
            return operator.equals("-") ? Arithmetic.negated(value) : Arithmetic.positive(value);
        }
    }

    record Binary(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Arithmetic.apply(operator, left.value(scope), right.value(scope));
        }
    }

    /** The operator {@code ~}, which joins texts. */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object value(Scope scope) {
            StringBuilder text = new StringBuilder();
            parts.forEach(part -> text.append(Text.str(part.value(scope))));
            return text.toString();
        }
    }

    record Choice(Expression condition, Expression then, Expression otherwise) implements Expression {
        @Override
        public Object value(Scope scope) {
            return (Types.truth(condition.value(scope)) ? then : otherwise).value(scope);
        }
    }

    /** The arguments between the brackets of a call. */
    record Inputs(List<Expression> positional, Map<String, Expression> named) {

        static final Inputs NONE = new Inputs(List.of(), Map.of());

        Arguments values(Scope scope) {
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, expression) -> byName.put(name, expression.value(scope)));
            return new Arguments(Expression.values(positional, scope), byName);
        }
    }

    private static List<Object> values(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        expressions.forEach(expression -> values.add(expression.value(scope)));
        return values;
    }
}
