package io.marft.experiment;

import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.experiment.declare.Algorithm;
import io.marft.experiment.declare.Cell;
import io.marft.experiment.declare.EvaluationSettings;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.game.Arena;
import io.marft.experiment.result.Results;
import io.marft.experiment.run.Point;
import io.marft.experiment.run.RunPlan;
import io.marft.experiment.run.RunResult;
import io.marft.experiment.run.RunState;
import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.trainer.configure.TrainingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The bundled model and team, and experiments of them that take seconds. */
public final class Sample {

    static final Path HOME = Path.of(System.getProperty("marft.home"));

    private Sample() {}

    public static LanguageModel model() {
        return LanguageModel.load(HOME.resolve("models/arithmetic"), ModelOptions.DEFAULT.withThreads(1));
    }

    public static Team team() {
        return TeamFile.load(HOME.resolve("teams/arithmetic.yaml"));
    }

    /** Episodes with the problems and the sampling of a run of a seed. */
    public static List<Arena.Start> starts(Task task, long seed, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Arena.Start(
                        new NewEpisode("t-test-" + i, team(), Purpose.TRAINING, task.name(), NewEpisode.seed(seed, i)),
                        task.training(seed, i)))
                .toList();
    }

    /** Writes files, and an experiment that names them. */
    public static Path write(Path directory, String experiment) {
        try {
            Files.writeString(directory.resolve("team.yaml"), Files.readString(HOME.resolve("teams/arithmetic.yaml")));
            Files.writeString(
                    directory.resolve("training.yaml"),
                    """
                    batchEpisodes: 16
                    minibatches: 2
                    epochs: 1
                    optimizer: {learningRate: 0.002}
                    """);
            return Files.writeString(directory.resolve("experiment.yaml"), experiment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One team, untuned and trained for three batches, two seeds. */
    public static final String SMALL =
            """
            name: small
            tokens: 2500
            seeds: [1, 2]
            evaluation: {problems: 24, curve: 16, points: 2}
            training: training.yaml
            teams: {two: team.yaml}
            algorithms:
              untuned: {train: false}
              marft: {}
            cells:
              - {team: two, algorithms: [untuned, marft]}
            """;

    /** Results as if an experiment had run: {@code trained} learns, {@code untuned} does not. */
    public static Results results(double[] untuned, double[][] curves) {
        Algorithm none = new Algorithm(false, TrainingFile.parse("", "test"));
        Algorithm trained = new Algorithm(true, none.configuration());
        Map<String, Algorithm> algorithms = new LinkedHashMap<>();
        algorithms.put("untuned", none);
        algorithms.put("trained", trained);
        Experiment experiment = new Experiment(
                "made-up",
                1000,
                List.of(1L, 2L),
                new EvaluationSettings(200, 100, 3),
                Map.of("two", team()),
                algorithms,
                List.of(new Cell("two", List.of("untuned", "trained"))));
        List<RunResult> runs = new ArrayList<>();
        for (int seed = 1; seed <= untuned.length; seed++) {
            runs.add(run("untuned", seed, untuned[seed - 1], new double[0]));
        }
        for (int seed = 1; seed <= curves.length; seed++) {
            double[] curve = curves[seed - 1];
            runs.add(run("trained", seed, curve[curve.length - 1], curve));
        }
        return new Results(experiment, runs);
    }

    private static RunResult run(String algorithm, long seed, double accuracy, double[] curve) {
        List<Point> points = IntStream.range(0, curve.length)
                .mapToObj(i -> new Point(1000L * i / (curve.length - 1), 4L * i, curve[i]))
                .toList();
        long tokens = points.isEmpty() ? 0 : 1000;
        RunState state = new RunState(tokens, 64, 1, 12.5, List.of(0.25, 0.5), points);
        Map<String, String> definition = Map.of("seed", Long.toString(seed));
        return new RunResult(
                "two", algorithm, seed, RunPlan.digest(definition), definition, accuracy, 12, state, Map.of());
    }
}
