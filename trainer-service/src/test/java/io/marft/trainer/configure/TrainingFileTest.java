package io.marft.trainer.configure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.advantage.Normalization;
import io.marft.trainer.objective.ActionLogProbability;
import io.marft.trainer.objective.Level;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrainingFileTest {

    private static String refusal(String yaml) {
        return assertThrows(IllegalArgumentException.class, () -> TrainingFile.parse(yaml, "training.yaml"))
                .getMessage();
    }

    @Test
    void shouldLayWhatIsGivenOverTheDefaults() {
        TrainingConfiguration configuration =
                TrainingFile.parse("epochs: 2\npolicy: {clip: 0.1, logProbability: token}\n", "training.yaml");

        assertEquals(2, configuration.epochs());
        assertEquals(0.1, configuration.policy().clip());
        assertEquals(ActionLogProbability.TOKEN, configuration.policy().logProbability());
        assertEquals(0.99, configuration.advantage().gamma());
    }

    @Test
    void shouldReadLevelScheduleCreditAndNormalization() {
        TrainingConfiguration configuration = TrainingFile.parse(
                """
                level: token
                schedule: {kind: alternate, interval: 3}
                credit: independent
                advantage: {normalization: per-agent, tokenGamma: 0.9}
                """,
                "training.yaml");

        assertEquals(Level.TOKEN, configuration.level());
        assertEquals(new Schedule(Schedule.Kind.ALTERNATE, 3), configuration.schedule());
        assertEquals(CreditMode.INDEPENDENT, configuration.credit());
        assertEquals(new GeneralizedAdvantage(0.99, 0.95, 0.9, Normalization.PER_AGENT), configuration.advantage());
        assertEquals(configuration, TrainingFile.parse(TrainingFile.yaml(configuration), "update 1"));
    }

    @Test
    void shouldRefuseChoicesThatDoNotExistOrDoNotGoTogether() {
        assertEquals("training.yaml: level must be one of [action, token], got: word (line 1)", refusal("level: word"));
        assertEquals(
                "training.yaml: schedule.kind must be one of [sequential, joint, alternate], got: random (line 1)",
                refusal("schedule: {kind: random}"));
        assertEquals(
                "training.yaml: schedule.interval must be at least 1, got: 0 (line 1)",
                refusal("schedule: {interval: 0}"));
        assertEquals(
                "training.yaml: formulas must be marft unless credit is team and schedule.kind is joint or alternate, which is"
                        + " all the reference has, got: reference (line 1)",
                refusal("formulas: reference"));
        assertEquals(
                "training.yaml: schedule.kind must be joint or alternate where credit is independent, which knows no"
                        + " other agents, got: sequential",
                refusal("credit: independent"));
        for (String key : List.of("level", "credit", "formulas", "schedule", "lora")) {
            assertEquals(
                    "training.yaml: " + key + " must be given, or its key left out, got: nothing (line 1)",
                    refusal(key + ":"));
        }
        assertEquals(
                "training.yaml: minibatches must be at most batchEpisodes=2, got: 3 (line 2)",
                refusal("batchEpisodes: 2\nminibatches: 3"));
    }

    @Test
    void shouldTakeAnEmptyFileForTheDefaults() {
        assertEquals(TrainingConfiguration.DEFAULT, TrainingFile.parse("", "training.yaml"));
    }

    @Test
    void shouldReadBackWhatItWrites() {
        assertEquals(
                TrainingConfiguration.DEFAULT,
                TrainingFile.parse(TrainingFile.yaml(TrainingConfiguration.DEFAULT), "update 1"));
    }

    @Test
    void shouldRefuseAnUnknownKeyByName() {
        assertTrue(refusal("policy: {klip: 0.1}").startsWith("training.yaml: unknown key 'policy.klip': known keys"));
        assertTrue(refusal("policy: {klip: 0.1}").endsWith("; nearest is 'clip' (line 1)"));
    }

    @Test
    void shouldNameFileKeyRuleAndValue() {
        assertEquals(
                "training.yaml: policy.clip must be above 0 and below 1, got: 7.0 (line 1)",
                refusal("policy: {clip: 7}"));
        assertEquals("training.yaml: epochs must be at least 1, got: 0 (line 1)", refusal("epochs: 0"));
        assertEquals(
                "training.yaml: epochs must be a whole number of 32 bits, got: nothing (line 1)", refusal("epochs:"));
    }

    @Test
    void shouldRefuseWhatIsNoYaml() {
        assertTrue(refusal("epochs: [").startsWith("training.yaml: not YAML: "));
        assertTrue(refusal("fast please").startsWith("training.yaml: "));
    }

    @Test
    void shouldSayThatAFileDoesNotExist() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> TrainingFile.load(Path.of("nowhere.yaml")));

        assertEquals("training file nowhere.yaml does not exist", refused.getMessage());
    }
}
