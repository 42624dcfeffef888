package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DependencyFunctionTest {

    private static DependencyFunction team(String agents) {
        return new DependencyFunction(TeamFile.parse("name: t\nagents:\n" + agents, "test"));
    }

    private static List<String> names(List<TeamAgent> agents) {
        return agents.stream().map(TeamAgent::getName).toList();
    }

    @Test
    void shouldFlattenAChain() {
        DependencyFunction chain = team("- {name: actor, after: [reasoner], answers: true}\n- {name: reasoner}\n");
        assertEquals(List.of("reasoner", "actor"), names(chain.order()));
        assertEquals(List.of("reasoner"), names(chain.ready(Set.of())));
        assertEquals(List.of("actor"), names(chain.ready(Set.of("reasoner"))));
        assertEquals(List.of("reasoner"), names(chain.predecessors("actor")));
        assertFalse(chain.complete(Set.of("actor")));
        assertTrue(chain.complete(Set.of("actor", "reasoner")));
        assertEquals("actor", chain.rewarded().getName());
    }

    @Test
    void shouldBreakTiesInDeclaredOrderAtEveryPlace() {
        // b waits for a; c is free but declared last, so it comes after b.
        DependencyFunction team = team(
                "- {name: a}\n- {name: b, after: [a]}\n- {name: c}\n- {name: judge, after: [c, b], answers: true}\n");
        assertEquals(List.of("a", "b", "c", "judge"), names(team.order()));
        assertEquals(List.of("a", "c"), names(team.ready(Set.of())));
        assertEquals(List.of("b", "c"), names(team.predecessors("judge")));
    }

    @Test
    void shouldRewardTheLastDecisionThatCanChangeAnAnswer() {
        DependencyFunction team = team(
                "- {name: reasoner}\n- {name: actor, after: [reasoner], answers: true}\n- {name: verifier, after: [actor]}\n");
        assertEquals("actor", team.rewarded().getName());
    }

    @Test
    void shouldRefuseWhatCannotBeRouted() {
        refused("- {name: a, after: [b], answers: true}\n- {name: b, after: [a]}\n", "cycle");
        refused("- {name: a, after: [a], answers: true}\n", "cycle");
        refused("- {name: a, after: [nobody], answers: true}\n", "'nobody', which is no agent");
        refused("- {name: a}\n", "nobody answers");
        refused("- {name: a, answers: true}\n- {name: a}\n", "declared twice");
    }

    @Test
    void shouldRefuseAConditionInsteadOfIgnoringIt() {
        Team team = TeamFile.parse("name: t\nagents:\n- {name: a, answers: true}\n", "test");
        TeamAgent conditional = TeamAgent.newBuilder(team.getAgents().get(0))
                .setWhen("step > 0")
                .build();
        Team changed = Team.newBuilder(team).setAgents(List.of(conditional)).build();

        String message = assertThrows(TeamException.class, () -> new DependencyFunction(changed))
                .getMessage();

        assertTrue(message.contains("'when: step > 0', which this version does not route by"), message);
    }

    private static void refused(String agents, String because) {
        String message = assertThrows(TeamException.class, () -> team(agents)).getMessage();
        assertTrue(message.contains(because), message);
        assertFalse(message.contains("\n"), message);
    }
}
