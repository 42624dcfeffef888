package io.marft.experiment.declare;

import com.fasterxml.jackson.databind.JsonNode;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.yaml.YamlException;
import io.marft.schemas.yaml.YamlFile;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads an {@link Experiment} from the YAML that its author writes, with the team and training files that it names by
 * paths relative to itself. Unknown keys are errors.
 *
 * <pre>{@code
 * name: small
 * tokens: 20000
 * seeds: [1, 2, 3]
 * evaluation: {problems: 200, curve: 100, points: 5}
 * training: ../training/arithmetic.yaml
 * teams: {two: ../teams/arithmetic.yaml}
 * algorithms:
 *   untuned: {train: false}
 *   slow: {training: {optimizer: {learningRate: 0.0005}}}
 * cells:
 *   - {team: two, algorithms: [untuned, slow]}
 * }</pre>
 */
public final class ExperimentFile {

    /** Names become file names. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private final Path path;
    private final YamlFile file;

    private ExperimentFile(Path path) {
        this.path = path;
        this.file = YamlFile.read("experiment", path);
    }

    private record EvaluationEntry(Integer problems, Integer curve, Integer points) {}

    private record AlgorithmEntry(Boolean train, JsonNode training) {}

    private record CellEntry(String team, List<String> algorithms) {}

    private record Entry(
            String name,
            Long tokens,
            List<Long> seeds,
            EvaluationEntry evaluation,
            String training,
            LinkedHashMap<String, String> teams,
            LinkedHashMap<String, AlgorithmEntry> algorithms,
            List<CellEntry> cells) {}

    /**
     * Reads an experiment and the files it names.
     *
     * @throws ExperimentException if something cannot be read or used; the message names file, key and rule
     */
    public static Experiment load(Path file) {
        try {
            return new ExperimentFile(file).read();
        } catch (YamlException e) {
            throw new ExperimentException(e.getMessage(), e);
        }
    }

    private Experiment read() {
        if (file.isEmpty()) {
            throw file.broken(
                    "", "is empty: an experiment needs name, tokens, seeds, training, teams, algorithms, cells");
        }
        Entry entry = file.as(Entry.class);
        file.require(matches(entry.name()), "name", NAME.pattern(), entry.name());
        file.require(entry.tokens() != null && entry.tokens() >= 1, "tokens", "at least 1", entry.tokens());
        checkSeeds(entry.seeds());
        file.require(entry.training() != null, "training", "the path of a training file", null);
        checkNames("teams", entry.teams());
        checkNames("algorithms", entry.algorithms());
        Map<String, Team> teams = new LinkedHashMap<>();
        entry.teams().forEach((name, path) -> teams.put(name, team(name, path)));
        YamlFile base = TrainingFile.read(resolve(entry.training()));
        TrainingConfiguration plain = TrainingFile.of(base);
        Map<String, Algorithm> algorithms = new LinkedHashMap<>();
        entry.algorithms().forEach((name, algorithm) -> algorithms.put(name, algorithm(name, algorithm, base, plain)));
        return new Experiment(
                entry.name(),
                entry.tokens(),
                entry.seeds(),
                evaluation(entry.evaluation()),
                teams,
                algorithms,
                cells(entry.cells(), teams.keySet(), algorithms.keySet()));
    }

    private void checkSeeds(List<Long> seeds) {
        boolean sound = seeds != null && !seeds.isEmpty() && seeds.stream().allMatch(Objects::nonNull);
        file.require(sound && Set.copyOf(seeds).size() == seeds.size(), "seeds", "a list of different numbers", seeds);
    }

    private void checkNames(String key, Map<String, ?> entries) {
        file.require(entries != null && !entries.isEmpty(), key, "at least one, by name", entries);
        entries.forEach((name, value) -> {
            file.require(matches(name), "a name in " + key, NAME.pattern(), name);
            file.require(value != null, key + "." + name, "given", null);
        });
    }

    private Team team(String name, String path) {
        try {
            return TeamFile.load(resolve(path));
        } catch (TeamException e) {
            throw file.broken("teams." + name, e.getMessage());
        }
    }

    /**
     * An algorithm's own keys laid over the training file, as the file is itself laid over MARFT's defaults.
     *
     * @param base the training file's keys
     * @param plain what the training file says by itself
     */
    private Algorithm algorithm(String name, AlgorithmEntry entry, YamlFile base, TrainingConfiguration plain) {
        boolean trains = Objects.requireNonNullElse(entry.train(), true);
        String key = "algorithms." + name + ".training";
        YamlFile own = file.section(key);
        if (own.isEmpty()) {
            return new Algorithm(trains, plain);
        }
        if (!trains) {
            throw file.wrong(key, "left out where train is false");
        }
        if (!own.isSection()) {
            throw file.wrong(key, "keys of a training file");
        }
        return new Algorithm(trains, TrainingFile.of(own.over(base)));
    }

    private EvaluationSettings evaluation(EvaluationEntry entry) {
        EvaluationSettings usual = EvaluationSettings.DEFAULT;
        if (entry == null) {
            return usual;
        }
        try {
            return new EvaluationSettings(
                    Objects.requireNonNullElse(entry.problems(), usual.problems()),
                    Objects.requireNonNullElse(entry.curve(), usual.curve()),
                    Objects.requireNonNullElse(entry.points(), usual.points()));
        } catch (IllegalArgumentException e) {
            throw file.broken("evaluation", e.getMessage());
        }
    }

    private List<Cell> cells(List<CellEntry> entries, Set<String> teams, Set<String> algorithms) {
        file.require(entries != null && !entries.isEmpty(), "cells", "a list of at least one", entries);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            CellEntry entry = entries.get(i);
            String key = "cells[" + i + "]";
            file.require(entry != null, key, "{team: NAME, algorithms: [NAME, …]}", null);
            requireOneOf(key + ".team", teams, entry.team());
            file.require(
                    seen.add(entry.team()),
                    key + ".team",
                    "of one cell only: list all its algorithms there",
                    entry.team());
            List<String> columns = entry.algorithms();
            file.require(columns != null && !columns.isEmpty(), key + ".algorithms", "at least one", columns);
            columns.forEach(name -> requireOneOf(key + ".algorithms", algorithms, name));
            file.require(Set.copyOf(columns).size() == columns.size(), key + ".algorithms", "different ones", columns);
        }
        return entries.stream()
                .map(entry -> new Cell(entry.team(), entry.algorithms()))
                .toList();
    }

    private static boolean matches(String name) {
        return name != null && NAME.matcher(name).matches();
    }

    private void requireOneOf(String key, Collection<String> known, String got) {
        file.require(got != null && known.contains(got), key, "one of " + known, got);
    }

    private Path resolve(String named) {
        return path.toAbsolutePath().resolveSibling(named).normalize();
    }
}
