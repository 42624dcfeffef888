package io.marft.schemas.team;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.marft.schemas.record.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A boolean CEL expression over {@code observation.text}, {@code observation.step}, {@code observation.messages} (a list of
 * maps with {@code role} and {@code content}) and {@code actions}, a map from the name of each agent that acted to what it
 * said. Each is a variable of its own type, so that a misspelt one does not compile.
 *
 * <p>Immutable and thread-safe.
 */
final class Condition {

    private static final String ACTIONS = "actions";
    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("observation.text", SimpleType.STRING)
            .addVar("observation.step", SimpleType.INT)
            .addVar("observation.messages", ListType.create(MapType.create(SimpleType.STRING, SimpleType.STRING)))
            .addVar(ACTIONS, MapType.create(SimpleType.STRING, SimpleType.STRING))
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();

    private final String where;
    private final CelRuntime.Program program;
    private final Set<String> names;

    private Condition(String where, CelRuntime.Program program, Set<String> names) {
        this.where = where;
        this.program = program;
        this.names = names;
    }

    /**
     * Compiles a condition.
     *
     * @param where names the condition in messages, such as {@code team 't' agent 'a' has 'when'}
     * @throws TeamException if it does not compile, or is not a bool
     */
    static Condition compile(String source, String where) {
        String named = where + ": " + oneLine(source);
        try {
            CelValidationResult result = COMPILER.compile(source);
            if (result.hasError()) {
                CelIssue first = result.getErrors().get(0);
                int column = first.getSourceLocation().getColumn() + 1;
                throw refused(named, "CEL refuses it at column " + column + ": " + first.getMessage(), null);
            }
            CelAbstractSyntaxTree tree = result.getAst();
            if (!tree.getResultType().equals(SimpleType.BOOL)) {
                throw refused(
                        named,
                        "it must be a bool, and is of type "
                                + tree.getResultType().name(),
                        null);
            }
            return new Condition(named, RUNTIME.createProgram(tree), names(tree));
        } catch (CelValidationException | CelEvaluationException e) {
            throw refused(named, "CEL refuses it: " + e.getMessage(), e);
        }
    }

    private static TeamException refused(String named, String why, Throwable cause) {
        return new TeamException(
                named + ", but " + oneLine(why)
                        + ": compare observation.text, observation.step, observation.messages or actions, as in"
                        + " actions.NAME.startsWith('no')",
                cause);
    }

    private static String oneLine(String text) {
        return text.strip()
                .lines()
                .map(String::strip)
                .reduce((a, b) -> a + " " + b)
                .orElse("");
    }

    /** The names in {@code actions.NAME}, {@code actions['NAME']}, {@code has(actions.NAME)} and {@code 'NAME' in actions}. */
    private static Set<String> names(CelAbstractSyntaxTree tree) {
        Set<String> names = new TreeSet<>();
        CelNavigableAst.fromAst(tree).getRoot().allNodes().forEach(node -> {
            CelExpr expression = node.expr();
            switch (node.getKind()) {
                case SELECT -> {
                    if (actions(expression.select().operand())) {
                        names.add(expression.select().field());
                    }
                }
                case CALL -> {
                    List<CelExpr> arguments = expression.call().args();
                    if (expression.call().function().equals("_[_]") && actions(arguments.get(0))) {
                        text(arguments.get(1)).ifPresent(names::add);
                    } else if (expression.call().function().equals("@in") && actions(arguments.get(1))) {
                        text(arguments.get(0)).ifPresent(names::add);
                    }
                }
                default -> {}
            }
        });
        return Set.copyOf(names);
    }

    private static boolean actions(CelExpr expression) {
        return expression.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
                && expression.ident().name().equals(ACTIONS);
    }

    private static Optional<String> text(CelExpr expression) {
        return expression.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? Optional.of(expression.constant().stringValue())
                : Optional.empty();
    }

    /** The agents whose actions it reads by a name that is written out. */
    Set<String> names() {
        return names;
    }

    /** The value that it has whatever happens; empty if it depends on something. */
    Optional<Boolean> constant() {
        try {
            // Without variables CEL gives what it does not know, rather than a bool.
            return program.eval() instanceof Boolean value ? Optional.of(value) : Optional.empty();
        } catch (CelEvaluationException e) {
            return Optional.empty();
        }
    }

    /**
     * Its value.
     *
     * @param actions what agents said, by name; only those that acted
     * @throws ConditionException if it has none, for instance because it reads the action of an agent that did not act
     */
    boolean holds(StepInput input, Map<String, String> actions) throws ConditionException {
        try {
            Map<String, Object> variables = Map.of(
                    "observation.text",
                    input.text(),
                    "observation.step",
                    (long) input.step(),
                    "observation.messages",
                    input.messages().stream().map(Condition::message).toList(),
                    ACTIONS,
                    actions);
            return (Boolean) program.eval(variables);
        } catch (CelEvaluationException | RuntimeException e) {
            throw new ConditionException(
                    where + ", which cannot be evaluated at step " + input.step() + ": "
                            + oneLine(String.valueOf(e.getMessage()))
                            + ": test with has(actions.NAME) what may be missing",
                    e);
        }
    }

    private static Map<String, String> message(Message message) {
        return Map.of("role", message.getRole(), "content", message.getContent());
    }
}
