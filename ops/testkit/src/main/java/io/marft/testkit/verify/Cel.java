package io.marft.testkit.verify;

import dev.cel.common.CelValidationException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.marft.schemas.record.Observation;
import io.marft.schemas.team.StepInput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A team's conditions, compiled once each. Not thread-safe. */
final class Cel {

    private final CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("observation.text", SimpleType.STRING)
            .addVar("observation.step", SimpleType.INT)
            .addVar("observation.messages", ListType.create(MapType.create(SimpleType.STRING, SimpleType.STRING)))
            .addVar("actions", MapType.create(SimpleType.STRING, SimpleType.STRING))
            .build();
    private final CelRuntime runtime =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();

    /**
     * Whether a condition holds.
     *
     * @param source the condition; an empty one holds
     * @param said what agents said, by name
     * @throws CelEvaluationException if it has no value
     */
    boolean holds(String source, Observation observation, Map<String, String> said) throws CelEvaluationException {
        if (source.isEmpty()) {
            return true;
        }
        List<Map<String, String>> messages = observation.getMessages().stream()
                .map(message -> Map.of("role", message.getRole(), "content", message.getContent()))
                .toList();
        return (boolean) programs.computeIfAbsent(source, this::compile)
                .eval(Map.of(
                        "observation.text",
                        StepInput.of(observation).text(),
                        "observation.step",
                        (long) observation.getStep(),
                        "observation.messages",
                        messages,
                        "actions",
                        said));
    }

    private CelRuntime.Program compile(String source) {
        try {
            return runtime.createProgram(compiler.compile(source).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException("condition " + source + " is not CEL", e);
        }
    }
}
