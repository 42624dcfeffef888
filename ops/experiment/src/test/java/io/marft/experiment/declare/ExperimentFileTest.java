package io.marft.experiment.declare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.experiment.Sample;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentFileTest {

    @TempDir
    private Path directory;

    private Experiment load(String yaml) {
        return ExperimentFile.load(Sample.write(directory, yaml));
    }

    @Test
    void shouldReadEveryKey() {
        Experiment experiment = load(Sample.SMALL);

        assertEquals("small", experiment.name());
        assertEquals(2500, experiment.tokens());
        assertEquals(List.of(1L, 2L), experiment.seeds());
        assertEquals(new EvaluationSettings(24, 16, 2), experiment.evaluation());
        assertEquals("arithmetic", experiment.teams().get("two").getName());
        assertFalse(experiment.algorithms().get("untuned").trains());
        assertTrue(experiment.algorithms().get("marft").trains());
        assertEquals(16, experiment.algorithms().get("marft").configuration().batchEpisodes());
        assertEquals(List.of(new Cell("two", List.of("untuned", "marft"))), experiment.cells());
    }

    @Test
    void shouldLayAnAlgorithmsKeysOverTheTrainingFileSectionBySection() {
        Experiment experiment = load(Sample.SMALL.replace(
                "marft: {}", "marft: {training: {epochs: 3, optimizer: {epsilon: 0.5}, advantage: {gamma: 0.5}}}"));

        var configuration = experiment.algorithms().get("marft").configuration();
        assertEquals(3, configuration.epochs());
        assertEquals(16, configuration.batchEpisodes());
        assertEquals(0.002, configuration.optimizer().learningRate());
        assertEquals(0.5, configuration.optimizer().epsilon());
        assertEquals(0.95, configuration.advantage().lambda());
        assertEquals(1, experiment.algorithms().get("untuned").configuration().epochs());
    }

    @Test
    void shouldRunAWholeTableOfOneSeedBeforeTheNext() {
        assertEquals(
                List.of(
                        new RunKey("two", "untuned", 1),
                        new RunKey("two", "marft", 1),
                        new RunKey("two", "untuned", 2),
                        new RunKey("two", "marft", 2)),
                load(Sample.SMALL).runs());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    name: small | name: Small! | name must be [a-z][a-z0-9-]{0,62}, got: Small!
                    tokens: 2500 | tokens: 0 | tokens must be at least 1, got: 0
                    tokens: 2500 | tokens: 2.5 | tokens must be a whole number of 64 bits, got: 2.5 (line 2)
                    tokens: 2500 | tokens: 1, 2 | tokens must be a whole number of 64 bits, got: 1, 2 (line 2)
                    seeds: [1, 2] | seeds: [1, 1] | seeds must be a list of different numbers, got: [1, 1]
                    points: 2 | points: 0 | evaluation.points must be at least 1, got: 0
                    points: 2 | point: 2 | unknown key 'evaluation.point': known keys there are
                    training: training.yaml | training: none.yaml | none.yaml does not exist
                    two: team.yaml | two: none.yaml | teams.two: team file
                    marft: {} | marft: {train: 1.5} | algorithms.marft.train must be true or false, got: 1.5 (line 9)
                    marft: {} | untuned: {} | key 'algorithms.untuned' is given twice, first in line 8 (line 9)
                    marft: {} | marft: {training: {epoch: 2}} | unknown key 'algorithms.marft.training.epoch': known keys there are
                    marft: {} | marft: {training: {epochs: 0}} | algorithms.marft.training.epochs must be at least 1, got: 0 (line 9)
                    marft: {} | marft: {training: {minibatches: 17}} | algorithms.marft.training.minibatches must be at most batchEpisodes=16, got: 17 (line 9)
                    marft: {} | marft: {training: 3} | algorithms.marft.training must be keys of a training file, got: 3
                    {train: false} | {train: false, training: {epochs: 2}} | must be left out where train is false
                    team: two | team: three | cells[0].team must be one of [two], got: three
                    [untuned, marft] | [untuned, ppo] | cells[0].algorithms must be one of [untuned, marft], got: ppo
                    [untuned, marft] | [marft, marft] | cells[0].algorithms must be different ones
                    algorithms: [untuned, marft]} | algorithms: [untuned]}, {team: two, algorithms: [marft]} | not YAML
                    """)
    void shouldRefuseInOneLineThatNamesFileKeyAndRule(String right, String wrong, String line) {
        assertTrue(Sample.SMALL.contains(right), right);

        var refusal = assertThrows(ExperimentException.class, () -> load(Sample.SMALL.replace(right, wrong)));

        assertTrue(refusal.getMessage().contains(line), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(directory.toString()), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
    }

    @Test
    void shouldRefuseASecondCellOfATeam() {
        var refusal = assertThrows(
                ExperimentException.class, () -> load(Sample.SMALL + "  - {team: two, algorithms: [marft]}\n"));

        assertTrue(refusal.getMessage().contains("cells[1].team must be of one cell only"), refusal.getMessage());
    }

    @Test
    void shouldRefuseAFileThatIsNotThere() {
        Path none = directory.resolve("none.yaml");

        var refusal = assertThrows(ExperimentException.class, () -> ExperimentFile.load(none));

        assertEquals("experiment file " + none + " does not exist", refusal.getMessage());
    }
}
