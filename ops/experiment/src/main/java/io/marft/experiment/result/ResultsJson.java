package io.marft.experiment.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.experiment.declare.Cell;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.run.RunResult;

/**
 * Results as JSON: settings, each cell's summary, each run. Nothing in it depends on when, how fast or in how many pieces
 * the experiment ran, so that two files of one experiment are equal if it was reproduced.
 */
final class ResultsJson {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultsJson() {}

    static String of(Results results) {
        Experiment experiment = results.experiment();
        ObjectNode json = JSON.createObjectNode();
        json.put("name", experiment.name());
        json.put("tokens", experiment.tokens());
        json.set("seeds", JSON.valueToTree(experiment.seeds()));
        json.set("evaluation", JSON.valueToTree(experiment.evaluation()));
        json.withArray("cells");
        for (Cell cell : experiment.cells()) {
            for (String algorithm : cell.algorithms()) {
                results.summary(cell.team(), algorithm).ifPresent(summary -> json.withArray("cells")
                        .addObject()
                        .put("team", cell.team())
                        .put("algorithm", algorithm)
                        .put("runs", summary.runs())
                        .put("mean", summary.mean())
                        .put("deviation", summary.deviation()));
            }
        }
        json.withArray("runs");
        for (RunResult run : results.runs()) {
            ObjectNode own = JSON.valueToTree(run.timeless());
            own.withObject("/state").remove("seconds");
            own.put("fall", run.fall());
            json.withArray("runs").add(own);
        }
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree can be written as JSON", e);
        }
    }
}
