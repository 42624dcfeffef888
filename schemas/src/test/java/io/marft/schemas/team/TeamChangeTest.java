package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.schemas.record.Team;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TeamChangeTest {

    private static Team team(int version, String head, String... agents) {
        return TeamFile.parse(
                "name: x\nversion: " + version + "\n" + head + "\nagents:\n- " + String.join("\n- ", agents) + "\n",
                "test");
    }

    private static final Team CHAIN = team(1, "horizon: 1", "{name: a}", "{name: b, after: [a], answers: true}");

    @Test
    void shouldLetAgentsConditionsAndStepsOfItsOwnChange() {
        Team other = team(
                2,
                "horizon: 3\nretry: \"actions.c == 'no'\"",
                "{name: c, profile: New., answers: true, sampling: {maxNewTokens: 3}}",
                "{name: a, when: has(actions.c), after: [c], profile: Other.}");

        assertEquals(Optional.empty(), TeamChange.refusal(List.of(CHAIN), other));
        assertEquals(Optional.empty(), TeamChange.refusal(List.of(), other));
    }

    @Test
    void shouldRefuseAnotherTemperatureOfAnAgentThatWasEverTrainedAtOne() {
        Team without = team(2, "horizon: 1", "{name: b, answers: true, sampling: {temperature: 0}}");
        Team hot = team(3, "horizon: 1", "{name: a, answers: true, sampling: {temperature: 0.5}}");

        assertEquals(Optional.empty(), TeamChange.refusal(List.of(CHAIN), without));
        assertEquals(
                Optional.of(
                        "agent 'a' samples at temperature 0.5, but at 1.0 in version 1: its adapter is trained at one,"
                                + " so keep it or give the agent another name"),
                TeamChange.refusal(List.of(CHAIN, without), hot));
    }

    @Test
    void shouldRefuseToChangeWhoOpensSteps() {
        Team waits = team(2, "horizon: 2", "{name: a}", "{name: b, after: [a], answers: true}");

        assertEquals(
                Optional.of("its environment would have to open the steps behind the first (a horizon above 1 without"
                        + " 'retry'), unlike in version 1: environments that feed the team rely on it, so give the team"
                        + " another name"),
                TeamChange.refusal(List.of(CHAIN), waits));
        assertEquals(
                true,
                TeamChange.refusal(List.of(waits), CHAIN).orElseThrow().startsWith("its environment would no longer"));
    }
}
