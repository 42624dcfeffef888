package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TeamFileTest {

    @Test
    void shouldReadTheBundledTeam() {
        Team team = TeamFile.load(Path.of("../teams/arithmetic.yaml"));
        assertEquals("arithmetic", team.getName());
        assertEquals(2, team.getAgents().size());
        assertEquals("reasoner", team.getAgents().get(1).getAfter().get(0));
        assertEquals(1f, team.getAgents().get(1).getSampling().getTemperature());
    }

    @Test
    void shouldReadEveryTeamThatIsBundled() throws IOException {
        Map<String, List<String>> agents = new TreeMap<>();
        try (Stream<Path> files = Files.list(Path.of("../teams"))) {
            files.forEach(file -> {
                Team team = TeamFile.load(file);
                assertEquals(team.getName() + ".yaml", file.getFileName().toString());
                agents.put(
                        team.getName(),
                        team.getAgents().stream()
                                .map(agent -> agent.getName() + agent.getAfter())
                                .toList());
            });
        }
        assertEquals(
                Map.of(
                        "arithmetic", List.of("reasoner[]", "actor[reasoner]"),
                        "judged", List.of("solver-a[]", "solver-b[]", "judge[solver-a, solver-b]"),
                        "solo", List.of("solver[]"),
                        "verified", List.of("reasoner[]", "actor[reasoner]", "verifier[reasoner, actor]")),
                agents);
    }

    @Test
    void shouldReadHowAnAgentSamples() {
        Team team = TeamFile.parse(
                """
                name: x
                agents:
                - name: a
                  answers: true
                  sampling: {temperature: 0.5, topK: 3, topP: 0.9, maxNewTokens: 7, minP: 0.25, stopTokens: [4, 2],
                    stop: ["\\n\\n", "END"]}
                - {name: b, after: [a], answers: true}
                """,
                "team.yaml");
        assertEquals(
                new Sampling(0.5f, 3, 0.9f, 7, 0.25f, List.of(4, 2), List.of("\n\n", "END")),
                team.getAgents().get(0).getSampling());
        assertEquals(
                new Sampling(1f, 0, 1f, 64, 0f, List.of(), List.of()),
                team.getAgents().get(1).getSampling());
    }

    @Test
    void shouldReadConditions() {
        Team team = TeamFile.parse(
                """
                name: x
                horizon: 3
                retry: "actions.verifier.startsWith('no')"
                agents:
                - {name: actor, answers: true}
                - {name: verifier, after: [actor], when: observation.step < 2}
                """,
                "team.yaml");
        assertEquals("actions.verifier.startsWith('no')", team.getRetry());
        assertEquals("", team.getAgents().get(0).getWhen());
        assertEquals("observation.step < 2", team.getAgents().get(1).getWhen());
    }

    @Test
    void shouldReadHowLongAnEpisodeMayTake() {
        String agents = "agents: [{name: a, answers: true}]\n";
        assertEquals(
                90_000, TeamFile.parse("name: x\ndeadline: 90s\n" + agents, "t").getDeadlineMillis());
        assertEquals(300_000, TeamFile.parse("name: x\n" + agents, "t").getDeadlineMillis());
        for (String wrong : List.of("90", "50ms", "25h", "soon")) {
            refused(
                    "name: x\ndeadline: " + wrong + "\n" + agents,
                    "deadline must be a time from 100ms to 24h, such as 90s or 10m, got: " + wrong);
        }
    }

    @Test
    void shouldNameFilePlaceAndRuleOfWhatIsWrong() {
        refused("nmae: x\n", "unknown key 'nmae': known keys there are [agents, deadline, horizon, name,");
        refused("nmae: x\n", "; nearest is 'name' (line 1)");
        refused(
                "name: x\nagents:\n- {name: a, colour: red}\n",
                "unknown key 'agents[0].colour': known keys there are [after, answers, name,");
        refused("name: X\nagents: [{name: a, answers: true}]\n", "name must be [a-z]");
        refused("name: x\nagents:\n- {name: a, answers: true}\n- {name: B}\n", "agents[1].name must be [a-z]");
        refused("name: x\nagents:\n- {name: a, after: [b]}\n", "agent 'a'");
        refused("name: x\n", "agents must be a list of at least one");
        refused("name: x\nhorizon: 0\nagents: [{name: a, answers: true}]\n", "horizon must be at least 1, got: 0");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {topP: 1.5}}]\n",
                "agents[0].sampling.topP must be above 0 and at most 1, got: 1.5 (line 2)");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {minP: 1}}]\n",
                "agents[0].sampling.minP must be at least 0 and below 1 (0 keeps all), got: 1.0 (line 2)");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {stop: [\"\"]}}]\n",
                "agents[0].sampling.stop must be texts that are not empty, got: [] (line 2)");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {stopTokens: [-1]}}]\n",
                "agents[0].sampling.stopTokens must be ids of tokens, not negative, got: [-1] (line 2)");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {topK: many}}]\n",
                "agents[0].sampling.topK must be a whole number of 32 bits, got: many (line 2)");
        refused("name: \"x\n", "not YAML");
        refused("", "is empty");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        String message = assertThrows(TeamException.class, () -> TeamFile.load(Path.of("no/such.yaml")))
                .getMessage();
        assertEquals("team file no/such.yaml does not exist", message);
    }

    private static void refused(String yaml, String because) {
        String message = assertThrows(TeamException.class, () -> TeamFile.parse(yaml, "team.yaml"))
                .getMessage();
        assertTrue(message.startsWith("team.yaml: ") && message.contains(because), message);
        assertFalse(message.contains("\n"), message);
    }
}
