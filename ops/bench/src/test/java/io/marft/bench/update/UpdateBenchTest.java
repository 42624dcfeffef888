package io.marft.bench.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.schemas.team.TeamFile;
import io.marft.trainer.configure.TrainingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateBenchTest {

    private static final Path HOME = Path.of(System.getProperty("marft.home"));
    private static final int EPISODES = 4;
    private static final int DECISIONS = 2 * EPISODES;

    private static UpdateReport measure(String training) {
        UpdatePlan plan = new UpdatePlan(
                HOME.resolve("models/arithmetic"),
                "cpu",
                TeamFile.load(HOME.resolve("teams/arithmetic.yaml")),
                TrainingFile.parse(training, "test"),
                EPISODES,
                1,
                2);
        return new UpdateBench(plan, line -> {}).run();
    }

    private static Map<String, Long> sequences(UpdateReport report) {
        return report.phases().stream()
                .collect(Collectors.toMap(UpdateReport.PhaseFigures::name, UpdateReport.PhaseFigures::sequences));
    }

    @ParameterizedTest
    @ValueSource(strings = {"action", "token"})
    void shouldSayWhatShareEachPhaseTakes(String level) throws IOException {
        UpdateReport report = measure("level: " + level);

        JsonNode json = new ObjectMapper().readTree(report.json());
        double shares = 0;
        for (JsonNode phase : json.path("phases")) {
            assertTrue(phase.path("share").asDouble() > 0, phase.toString());
            shares += phase.path("share").asDouble();
        }
        assertEquals(1, shares, 1e-9);
        assertEquals(
                json.at("/update/seconds/median").asDouble() / 2,
                json.at("/ratios/limit").asDouble(),
                1e-9);
        assertEquals(EPISODES, json.at("/batch/episodes").asInt());
        Stream.of(level + " level", "base ", "credit ", "policy ", "critic ", "update / passes alone: ")
                .forEach(part -> assertTrue(report.text().contains(part), report.text()));
    }

    @Test
    void shouldRunTheBaseOncePerDecisionHoweverManyEpochsThereAre() {
        UpdateReport one = measure("epochs: 1");
        UpdateReport three = measure("epochs: 3");

        assertEquals(DECISIONS, sequences(one).get("base"));
        assertEquals(DECISIONS, sequences(three).get("base"));
        assertEquals(
                2 * DECISIONS, sequences(three).get("policy") - sequences(one).get("policy"));
        assertEquals(DECISIONS, one.bareSequences());
        assertEquals(3 * DECISIONS, three.bareSequences());
    }

    @Test
    void shouldRunEveryEpochHoweverFarPoliciesMove() {
        UpdateReport report = measure("{targetKl: 1.0e-9, optimizer: {learningRate: 0.01}}");

        // All decisions once before the turns, and the first agent's once after its own.
        assertEquals((4 + 1) * DECISIONS + EPISODES, sequences(report).get("policy"));
    }
}
