package io.marft.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.local.Installation;
import io.marft.policy.TinyModels;
import io.marft.schemas.team.TeamFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The benchmark on its real parts, too short for figures that mean anything. */
class PipelineBenchIT {

    @Test
    void shouldMeasureEveryStageAndWhatTheBrokerTakesInByItself() throws Exception {
        Installation installation = Installation.find();
        PipelinePlan plan = new PipelinePlan(
                installation.registry(),
                TeamFile.load(installation.team()),
                TinyModels.config(),
                2,
                5,
                20,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5));
        List<String> progress = new ArrayList<>();

        PipelineReport report = new PipelineBench(plan, progress::add).run();

        JsonNode json = new ObjectMapper().readTree(report.json());
        assertEquals(25, json.at("/latency/episodes").asInt());
        assertEquals("action of actor", json.at("/latency/answer").asText());
        assertEquals(
                List.of(
                        "turn of reasoner",
                        "action of reasoner",
                        "turn of actor",
                        "action of actor",
                        "reward",
                        "trajectory"),
                StreamSupport.stream(json.at("/latency/stages").spliterator(), false)
                        .map(stage -> stage.get("stage").asText())
                        .toList());
        assertTrue(json.at("/throughput/episodesPerSecond").asDouble() > 0);
        assertTrue(
                json.at("/throughput/appendedPerEpisode/trajectories/entries").asDouble() > 0);
        assertTrue(json.at("/throughput/cpuMicrosPerEpisode/router").asDouble() > 0);
        assertTrue(json.at("/raw/recordsPerSecond").asDouble() > 0);
        assertTrue(report.text().contains("answered by the action of actor"), report.text());
        assertEquals(4, progress.size());
    }
}
