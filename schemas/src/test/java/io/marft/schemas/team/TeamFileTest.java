package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Team;
import java.nio.file.Path;
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
    void shouldNameFilePlaceAndRuleOfWhatIsWrong() {
        refused("nmae: x\n", "unknown key 'nmae' at nmae: known keys are");
        refused("name: x\nagents:\n- {name: a, colour: red}\n", "unknown key 'colour' at agents[0].colour");
        refused("name: X\nagents: [{name: a, answers: true}]\n", "name must be [a-z]");
        refused("name: x\n", "agents must be a list of at least one");
        refused("name: x\nhorizon: 0\nagents: [{name: a, answers: true}]\n", "horizon must be at least 1, got: 0");
        refused(
                "name: x\nagents: [{name: a, answers: true, sampling: {topP: 1.5}}]\n",
                "topP must be above 0 and at most 1");
        refused("name: x\nagents: [{name: a, answers: true, sampling: {topK: many}}]\n", "line 2");
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
