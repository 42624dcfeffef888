package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.TeamAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DependencyFunctionTest {

    private static final StepInput INPUT = new StepInput(0, List.of(new Message("user", "easy")));

    private static DependencyFunction team(String... agents) {
        return new DependencyFunction(TeamFile.parse("name: t\nagents:\n" + list(agents), "test"));
    }

    private static String list(String... agents) {
        return Stream.of(agents).map(agent -> "- " + agent + "\n").collect(Collectors.joining());
    }

    private static DependencyFunction retrying(String retry, String... agents) {
        return new DependencyFunction(
                TeamFile.parse("name: t\nhorizon: 3\nretry: \"" + retry + "\"\nagents:\n" + list(agents), "test"));
    }

    private static List<String> names(List<TeamAgent> agents) {
        return agents.stream().map(TeamAgent::getName).toList();
    }

    private static List<String> ready(DependencyFunction team, Map<String, String> texts) throws ConditionException {
        return names(team.state(INPUT, texts).ready());
    }

    @Test
    void shouldFlattenAChain() throws ConditionException {
        DependencyFunction chain = team("{name: actor, after: [reasoner], answers: true}", "{name: reasoner}");
        assertEquals(List.of("reasoner", "actor"), names(chain.order()));
        assertEquals(List.of("reasoner"), ready(chain, Map.of()));
        assertEquals(List.of("actor"), ready(chain, Map.of("reasoner", "add")));
        assertEquals(List.of("reasoner"), names(chain.predecessors("actor")));
        assertFalse(chain.state(INPUT, Map.of("reasoner", "add")).complete());
        assertEquals(
                new StepState(Set.of(), List.of(), true), chain.state(INPUT, Map.of("reasoner", "add", "actor", "3")));
        assertFalse(chain.skips() || chain.opensSteps());
    }

    @Test
    void shouldBreakTiesInDeclaredOrderAtEveryPlace() throws ConditionException {
        // b waits for a; c is free but declared last, so it comes after b.
        DependencyFunction team =
                team("{name: a}", "{name: b, after: [a]}", "{name: c}", "{name: judge, after: [c, b], answers: true}");
        assertEquals(List.of("a", "b", "c", "judge"), names(team.order()));
        assertEquals(List.of("a", "c"), ready(team, Map.of()));
        assertEquals(List.of("b", "c"), names(team.predecessors("judge")));
    }

    @Test
    void shouldMakeTheEndOfADiamondReadyAfterBothSides() throws ConditionException {
        DependencyFunction diamond = team(
                "{name: top}",
                "{name: left, after: [top]}",
                "{name: right, after: [top]}",
                "{name: bottom, after: [left, right], answers: true}");
        assertEquals(List.of("left", "right"), ready(diamond, Map.of("top", "t")));
        assertEquals(List.of("left"), ready(diamond, Map.of("top", "t", "right", "r")));
        assertEquals(List.of("bottom"), ready(diamond, Map.of("top", "t", "right", "r", "left", "l")));
    }

    @Test
    void shouldGoOnWithoutASkippedPredecessor() throws ConditionException {
        DependencyFunction team = team(
                "{name: planner, when: \"observation.text != 'easy'\"}",
                "{name: actor, after: [planner], answers: true}");
        StepState easy = team.state(INPUT, Map.of());
        assertEquals(Set.of("planner"), easy.skipped());
        assertEquals(List.of("actor"), names(easy.ready()));
        assertTrue(team.state(INPUT, Map.of("actor", "3")).complete());
        assertEquals(
                List.of("planner"),
                names(team.state(new StepInput(0, List.of(new Message("user", "hard"))), Map.of())
                        .ready()));
    }

    @Test
    void shouldSkipOneAgentAfterAnotherUntilOneIsToAct() throws ConditionException {
        DependencyFunction team = team(
                "{name: a, answers: true}",
                "{name: b, after: [a], when: \"actions.a == 'go'\"}",
                "{name: c, after: [b], when: has(actions.b)}",
                "{name: d, after: [a, c], answers: true}",
                "{name: e, after: [d], answers: true}");
        StepState state = team.state(INPUT, Map.of("a", "stay"));
        assertEquals(Set.of("b", "c"), state.skipped());
        assertEquals(List.of("d"), names(state.ready()));
        assertEquals(List.of("b"), ready(team, Map.of("a", "go")));
        assertTrue(team.skips());
    }

    @Test
    void shouldCompleteAtOnceAStepInWhichNobodyIsToAct() throws ConditionException {
        DependencyFunction team = team("{name: a, answers: true, when: observation.step > 0}");
        assertEquals(new StepState(Set.of("a"), List.of(), true), team.state(INPUT, Map.of()));
    }

    @Test
    void shouldShowAConditionOnlyThePredecessorsActions() throws ConditionException {
        DependencyFunction team = team(
                "{name: a}",
                "{name: b, answers: true}",
                "{name: c, after: [a], answers: true, when: size(actions) == 1}");
        assertEquals(List.of("c"), ready(team, Map.of("a", "x", "b", "y")));
    }

    @Test
    void shouldSayWhichConditionHasNoValue() {
        DependencyFunction team = team(
                "{name: a, when: observation.step > 0}", "{name: b, after: [a], answers: true, when: actions.a != ''}");
        String message = assertThrows(ConditionException.class, () -> team.state(INPUT, Map.of()))
                .getMessage();
        assertTrue(
                message.startsWith(
                        "team 't' agent 'b' has 'when': actions.a != '', which cannot be evaluated at step 0"),
                message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void shouldRewardTheLastDecisionThatCanChangeAnAnswer() {
        DependencyFunction team = team(
                "{name: reasoner}",
                "{name: actor, after: [reasoner], answers: true}",
                "{name: verifier, after: [actor]}");
        assertEquals(Optional.of("actor"), rewarded(team, "reasoner", "actor", "verifier"));
    }

    @Test
    void shouldRewardOnlyWhoActedAndReachedAnAnswerThroughWhoActed() {
        DependencyFunction team = team(
                "{name: a}",
                "{name: b, after: [a]}",
                "{name: c, after: [b], answers: true}",
                "{name: d, answers: true}",
                "{name: e, after: [a]}");
        assertEquals(Optional.of("c"), rewarded(team, "a", "b", "c", "e"));
        assertEquals(Optional.of("d"), rewarded(team, "a", "b", "c", "d", "e"));
        assertEquals(Optional.of("d"), rewarded(team, "a", "b", "d", "e"));
        assertEquals(Optional.empty(), rewarded(team, "a", "b", "e"));
        assertEquals(Optional.empty(), rewarded(team));
        assertTrue(team.leadsToAnswer("a") && team.leadsToAnswer("d"));
        assertFalse(team.leadsToAnswer("e"));
    }

    private static Optional<String> rewarded(DependencyFunction team, String... acted) {
        return team.rewarded(Set.of(acted)).map(TeamAgent::getName);
    }

    @Test
    void shouldTryAgainWhereTheConditionSaysSo() throws ConditionException {
        DependencyFunction team = retrying(
                "actions.verifier.startsWith('no')",
                "{name: actor, answers: true}",
                "{name: verifier, after: [actor]}");
        assertTrue(team.opensSteps());
        assertTrue(team.retries(INPUT, Map.of("actor", "3", "verifier", "no: 4")));
        assertFalse(team.retries(INPUT, Map.of("actor", "3", "verifier", "yes")));
        assertThrows(ConditionException.class, () -> team.retries(INPUT, Map.of("actor", "3")));
        assertFalse(team("{name: a, answers: true}").retries(INPUT, Map.of("a", "3")));
    }

    @Test
    void shouldEndWithACompleteStepThatIsNotToBeTriedAgain() {
        DependencyFunction team = retrying(
                "actions.verifier == '(' ? ''.matches(actions.verifier) : actions.verifier == 'no'",
                "{name: actor, answers: true}",
                "{name: verifier, after: [actor]}");
        assertTrue(team.ends(INPUT, Map.of("actor", "3", "verifier", "yes")));
        assertFalse(team.ends(INPUT, Map.of("actor", "3", "verifier", "no")));
        assertFalse(team.ends(INPUT, Map.of("actor", "3")), "the verifier is to act");
        assertFalse(team.ends(INPUT, Map.of("actor", "3", "verifier", "(")), "the condition has no value");
    }

    @Test
    void shouldFindWhoLeadsToAnAnswerAmongManyWhoAllHearEachOther() {
        // Along paths this would take 2^59 calls.
        List<String> agents = new ArrayList<>(List.of("{name: a0, answers: true}"));
        for (int i = 1; i < 60; i++) {
            agents.add(IntStream.range(0, i)
                    .mapToObj(j -> "a" + j)
                    .collect(Collectors.joining(", ", "{name: a" + i + ", after: [", "]}")));
        }
        agents.add("{name: last, after: [free], answers: true}");
        agents.add("{name: free}");
        DependencyFunction team =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> team(agents.toArray(new String[0])));
        assertFalse(team.leadsToAnswer("a1"));
        assertTrue(team.leadsToAnswer("a0") && team.leadsToAnswer("free"));
    }

    @Test
    void shouldRefuseWhatCannotBeRouted() {
        refused("cycle", "{name: a, after: [b], answers: true}", "{name: b, after: [a]}");
        refused("cycle", "{name: a, after: [a], answers: true}");
        refused("'nobody', which is no agent", "{name: a, after: [nobody], answers: true}");
        refused("nobody answers", "{name: a}");
        refused("declared twice", "{name: a, answers: true}", "{name: a}");
        refused(
                "agent 'a' answers but is reached by none of [b, c]: list in its 'after' whose actions it conditions on",
                "{name: a, answers: true}",
                "{name: b, after: [a]}",
                "{name: c}");
    }

    @Test
    void shouldRefuseConditionsThatCannotBeUsed() {
        refused(
                "agent 'a' has 'when': step > 0, but CEL refuses it at column 1: undeclared reference to 'step'",
                "{name: a, answers: true, when: step > 0}");
        refused(
                "agent 'c' has a condition 'when' that reads the action of 'b', which it does not come after",
                "{name: a}",
                "{name: b}",
                "{name: c, after: [a], answers: true, when: \"'b' in actions\"}");
        refused(
                "agent 'a' answers, but its condition 'when: observation.step > 0 && false' is always false",
                "{name: a, answers: true, when: observation.step > 0 && false}");
        refusedRetry(1, "true", "a horizon of 1 leaves no step to try again in");
        refusedRetry(2, "actions.b == ''", "'retry' that reads the action of 'b', which is no agent of the team");
        refusedRetry(2, "1", "has 'retry': 1, but it must be a bool, and is of type int");
    }

    private static void refusedRetry(int horizon, String retry, String because) {
        refusedFile(
                "name: t\nhorizon: " + horizon + "\nretry: \"" + retry + "\"\nagents:\n- {name: a, answers: true}\n",
                because);
    }

    private static void refused(String because, String... agents) {
        refusedFile("name: t\nagents:\n" + list(agents), because);
    }

    private static void refusedFile(String yaml, String because) {
        String message = assertThrows(TeamException.class, () -> TeamFile.parse(yaml, "test"))
                .getMessage();
        assertTrue(message.contains(because), message);
        assertFalse(message.contains("\n"), message);
    }
}
