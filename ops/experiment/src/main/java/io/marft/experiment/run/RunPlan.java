package io.marft.experiment.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.experiment.declare.Algorithm;
import io.marft.experiment.declare.EvaluationSettings;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.declare.RunKey;
import io.marft.schemas.digest.Sha256;
import io.marft.schemas.record.Team;
import io.marft.trainer.configure.TrainingFile;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that decides what a run comes to.
 *
 * @param key which run it is
 * @param team who acts
 * @param algorithm how it learns, if it does
 * @param tokens the budget of generated tokens, if it learns
 * @param evaluation how it is measured
 * @param task the name of the task
 * @param modelDigest the base model
 */
public record RunPlan(
        RunKey key,
        Team team,
        Algorithm algorithm,
        long tokens,
        EvaluationSettings evaluation,
        String task,
        String modelDigest) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The run of an experiment. */
    public static RunPlan of(Experiment experiment, RunKey key, String task, String modelDigest) {
        return new RunPlan(
                key,
                experiment.teams().get(key.team()),
                experiment.algorithms().get(key.algorithm()),
                experiment.tokens(),
                experiment.evaluation(),
                task,
                modelDigest);
    }

    /** Everything above by name, so that two runs can be told apart by what they were. */
    public Map<String, String> definition() {
        Map<String, String> definition = new LinkedHashMap<>();
        definition.put("model", modelDigest);
        definition.put("task", task);
        definition.put("team", team.toString());
        definition.put("seed", Long.toString(key.seed()));
        definition.put("train", Boolean.toString(algorithm.trains()));
        definition.put("problems", Integer.toString(evaluation.problems()));
        if (algorithm.trains()) {
            definition.put("tokens", Long.toString(tokens));
            definition.put("curve", Integer.toString(evaluation.curve()));
            definition.put("points", Integer.toString(evaluation.points()));
            definition.put("training", TrainingFile.yaml(algorithm.configuration()));
        }
        return definition;
    }

    /** {@code sha256:…} of the definition. */
    public static String digest(Map<String, String> definition) {
        try {
            return Sha256.of(JSON.writeValueAsString(definition).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A map of texts can be written as JSON", e);
        }
    }

    /** How many held-out problems the whole run asks. */
    public long problems() {
        long curve = algorithm.trains() ? (long) evaluation.curve() * (evaluation.points() + 1) : 0;
        return curve + evaluation.problems();
    }

    /** How many tokens the whole run generates in training, but for the rest of its last batch. */
    public long budget() {
        return algorithm.trains() ? tokens : 0;
    }
}
