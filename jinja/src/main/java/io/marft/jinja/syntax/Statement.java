package io.marft.jinja.syntax;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.Callable;
import io.marft.jinja.value.Loop;
import io.marft.jinja.value.Namespace;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import io.marft.jinja.value.Tuple;
import io.marft.jinja.value.Types;
import io.marft.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A part of a template that writes text or changes names. */
public sealed interface Statement {

    /** How a template goes on after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow run(Scope scope, StringBuilder out);

    record Literal(String text) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            out.append(text);
            return Flow.NEXT;
        }
    }

    record Print(Expression expression) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            out.append(Text.str(expression.value(scope)));
            return Flow.NEXT;
        }
    }

    record Block(List<Statement> statements) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            for (Statement statement : statements) {
                Flow flow = statement.run(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        }

        String text(Scope scope) {
            StringBuilder out = new StringBuilder();
            run(scope, out);
            return out.toString();
        }
    }

    /** A statement whose errors name its line. */
    record Placed(Statement statement, int line) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            try {
                return statement.run(scope, out);
            } catch (TemplateException e) {
                throw e.at(line);
            }
        }
    }

    record If(Expression condition, Block then, Block otherwise) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            return (Types.truth(condition.value(scope)) ? then : otherwise).run(scope, out);
        }
    }

    /**
     * A loop. Each of its rounds has a scope of its own.
     *
     * @param filter tells which items take part; a constant if all do
     * @param otherwise runs if no round came to its end, as in the code that jinja2 compiles a loop to
     */
    record For(Target target, Expression items, Expression filter, Block body, Block otherwise) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            List<Object> chosen = new ArrayList<>();
            for (Object item : Sequences.items(items.value(scope))) {
                Scope inner = scope.inner();
                target.assign(inner, item);
                if (Types.truth(filter.value(inner))) {
                    chosen.add(item);
                }
            }
            Loop loop = new Loop(chosen);
            boolean ended = false;
            while (loop.advance()) {
                Scope inner = scope.inner();
                inner.set("loop", loop);
                target.assign(inner, loop.item());
                Flow flow = body.run(inner, out);
                if (flow == Flow.BREAK) {
                    break;
                }
                ended |= flow == Flow.NEXT;
            }
            return ended ? Flow.NEXT : otherwise.run(scope.inner(), out);
        }
    }

    record Jump(Flow flow) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            return flow;
        }
    }

    record Assign(Target target, Expression value) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            target.assign(scope, value.value(scope));
            return Flow.NEXT;
        }
    }

    /** Renders a body, passes the text through filters, which find it under {@link #CAPTURED}, and assigns it to a target. */
    record Capture(Target target, Block body, Expression filtered) implements Statement {

        /** The text's name for the filters; no template can write such a name. */
        static final String CAPTURED = "captured text";

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            target.assign(scope, filteredText(body, filtered, scope));
            return Flow.NEXT;
        }

        private static Object filteredText(Block body, Expression filtered, Scope scope) {
            Scope inner = scope.inner();
            inner.set(CAPTURED, body.text(scope.inner()));
            return filtered.value(inner);
        }
    }

    /** A {@code {% filter … %}}, which writes its body's text through filters. */
    record Filtered(Block body, Expression filtered) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            out.append(Text.str(Capture.filteredText(body, filtered, scope)));
            return Flow.NEXT;
        }
    }

    /** A {@code {% with … %}} or {@code {% generation %}}: a scope, with names assigned in it. */
    record Scoped(Map<String, Expression> names, Block body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            Scope inner = scope.inner();
            names.forEach((name, value) -> inner.set(name, value.value(scope)));
            return body.run(inner, out);
        }
    }

    /**
     * A {@code {% macro … %}}, which assigns a function to a name.
     *
     * @param defaults values of the last parameters where a call gives none
     */
    record Macro(String name, List<String> parameters, List<Expression> defaults, Block body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            Callable macro = arguments -> call(scope, arguments);
            scope.set(name, macro);
            return Flow.NEXT;
        }

        private Object call(Scope definition, Arguments arguments) {
            Object[] values = arguments.bind("macro '" + name + "'", 0, parameters.toArray(String[]::new));
            Scope inner = definition.inner();
            inner.set("varargs", Tuple.of());
            inner.set("kwargs", Map.of());
            int required = parameters.size() - defaults.size();
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null) {
                    values[i] = i < required
                            ? new Undefined("parameter '" + parameters.get(i) + "' was not provided")
                            : defaults.get(i - required).value(inner);
                }
                inner.set(parameters.get(i), values[i]);
            }
            return body.text(inner);
        }
    }

    /** A place that a value is assigned to. */
    sealed interface Target {

        void assign(Scope scope, Object value);
    }

    record Variable(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }
    }

    /** An attribute of a namespace, {@code namespace.attribute}. */
    record Field(String namespace, String attribute) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!(scope.get(namespace) instanceof Namespace owner)) {
                throw new TemplateException("cannot assign attribute on non-namespace object '" + namespace + "'");
            }
            owner.set(attribute, value);
        }
    }

    /** Several targets, {@code a, b}, which share a value's items. */
    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            List<Object> values = Sequences.items(value);
            if (values.size() != targets.size()) {
                throw new TemplateException("cannot unpack " + values.size() + " values into " + targets.size());
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        }
    }
}
