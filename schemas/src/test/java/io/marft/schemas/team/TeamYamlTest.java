package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.schemas.record.Team;
import org.junit.jupiter.api.Test;

class TeamYamlTest {

    @Test
    void shouldWriteWhatIsReadBackTheSame() {
        Team team = TeamFile.parse(
                """
                name: x
                version: 7
                horizon: 3
                deadline: 90s
                retry: "actions.verifier.startsWith('no')"
                agents:
                - name: actor
                  profile: |
                    Think: twice.
                    Then "answer".
                  answers: true
                  sampling: {temperature: 0.7, topK: 3, topP: 0.9, maxNewTokens: 7, minP: 0.25, stopTokens: [4], stop: ["\\n\\n"]}
                - {name: verifier, after: [actor], when: "observation.step < 2 && has(actions.actor)"}
                """,
                "test");

        assertEquals(team, TeamFile.parse(TeamYaml.write(team), "written"));
    }

    @Test
    void shouldLeaveOutWhatIsEmpty() {
        assertEquals(
                """
                name: x
                version: 1
                horizon: 1
                deadline: 5m
                agents:
                - name: a
                  answers: true
                  sampling:
                    temperature: 1.0
                    topK: 0
                    topP: 1.0
                    maxNewTokens: 64
                    minP: 0.0
                """,
                TeamYaml.write(TeamFile.parse("name: x\nagents: [{name: a, answers: true}]\n", "test")));
    }
}
