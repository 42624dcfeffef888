package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

    private static final StepInput INPUT = new StepInput(
            2, List.of(new Message("user", "one"), new Message("user", "two"), new Message("assistant", "three")));
    private static final Map<String, String> ACTIONS = Map.of("verifier", "no: recount", "self-check", "yes");

    private static Condition compile(String source) {
        return Condition.compile(source, "test has 'when'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "observation.text == 'two'",
                "observation.step == 2",
                "observation.messages[2].role == 'assistant' && observation.messages[2].content == 'three'",
                "size(observation.messages) == 3",
                "actions.verifier.startsWith('no')",
                "actions['self-check'] == 'yes'",
                "has(actions.verifier) && !has(actions.actor)",
                "'verifier' in actions && !('actor' in actions)",
                "actions.exists(name, actions[name].contains('recount'))",
                "actions.verifier.matches('^no(:.*)?$')"
            })
    void shouldHold(String source) throws ConditionException {
        assertTrue(compile(source).holds(INPUT, ACTIONS));
        assertFalse(compile("!(" + source + ")").holds(INPUT, ACTIONS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "actions.a +",
                "observation.txt == ''",
                "observation.step == 'two'",
                "observation.text",
                "dyn(true)",
                "\"a\nb\" == 'x'",
                "unknown(1)"
            })
    void shouldRefuseInOneLineWhatDoesNotCompileToABool(String source) {
        String message =
                assertThrows(TeamException.class, () -> compile(source)).getMessage();
        assertTrue(message.startsWith("test has 'when': "), message);
        assertTrue(message.contains(": compare observation.text"), message);
        assertEquals(1, message.lines().count(), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"actions.actor == ''", "observation.messages[7].role == ''", "1 / (observation.step - 2) == 1"})
    void shouldSayInOneLineThatItHasNoValue(String source) {
        Condition condition = compile(source);
        String message = assertThrows(ConditionException.class, () -> condition.holds(INPUT, ACTIONS))
                .getMessage();
        assertTrue(message.startsWith("test has 'when': " + source + ", which cannot be evaluated at step 2"), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void shouldKnowWhoseActionsItReads() {
        assertEquals(
                Set.of("a", "b-c", "d", "e"),
                compile("actions.a == '' || actions['b-c'] == '' || has(actions.d) || 'e' in actions")
                        .names());
        assertEquals(
                Set.of(),
                compile("observation.messages[0].role == 'x' || size(actions) > 1")
                        .names());
    }

    @Test
    void shouldKnowWhetherItEverChanges() {
        assertEquals(Optional.of(false), compile("1 > 2").constant());
        assertEquals(Optional.of(false), compile("actions.a == '' && false").constant());
        assertEquals(Optional.of(true), compile("true || observation.step > 0").constant());
        assertEquals(Optional.empty(), compile("observation.step > 0").constant());
        assertEquals(Optional.empty(), compile("has(actions.a)").constant());
    }

    @Test
    void shouldTakeTheLastMessageForTheTextWhereNoUserSpeaks() {
        assertEquals("b", new StepInput(0, List.of(new Message("system", "a"), new Message("system", "b"))).text());
        assertEquals("", new StepInput(0, List.of()).text());
    }
}
