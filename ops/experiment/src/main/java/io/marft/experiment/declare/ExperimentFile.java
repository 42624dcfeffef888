package io.marft.experiment.declare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.team.TeamFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;

    private ExperimentFile(Path file) {
        this.file = file;
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
        return new ExperimentFile(file).read();
    }

    private Experiment read() {
        Entry entry = entry();
        require(matches(entry.name()), "name", NAME.pattern(), entry.name());
        require(entry.tokens() != null && entry.tokens() >= 1, "tokens", "at least 1", entry.tokens());
        checkSeeds(entry.seeds());
        require(entry.training() != null, "training", "the path of a training file", null);
        checkNames("teams", entry.teams());
        checkNames("algorithms", entry.algorithms());
        Map<String, Team> teams = new LinkedHashMap<>();
        entry.teams().forEach((name, path) -> teams.put(name, team(name, path)));
        TrainingOverlay base = TrainingOverlay.on(resolve(entry.training()));
        Map<String, Algorithm> algorithms = new LinkedHashMap<>();
        entry.algorithms().forEach((name, algorithm) -> algorithms.put(name, algorithm(name, algorithm, base)));
        return new Experiment(
                entry.name(),
                entry.tokens(),
                entry.seeds(),
                evaluation(entry.evaluation()),
                teams,
                algorithms,
                cells(entry.cells(), teams.keySet(), algorithms.keySet()));
    }

    private Entry entry() {
        try {
            String yaml = Files.readString(file);
            if (yaml.isBlank()) {
                throw new ExperimentException(file
                        + ": is empty: an experiment needs name, tokens, seeds, training, teams, algorithms, cells");
            }
            return YAML.readValue(yaml, Entry.class);
        } catch (NoSuchFileException e) {
            throw new ExperimentException("experiment file " + file + " does not exist", e);
        } catch (UnrecognizedPropertyException e) {
            throw new ExperimentException(
                    file + ": unknown key '" + place(e) + "': known keys there are " + e.getKnownPropertyIds(), e);
        } catch (JsonMappingException e) {
            boolean syntax = e.getCause() instanceof StreamReadException;
            throw new ExperimentException(
                    file + ": " + (syntax ? "not YAML" : place(e)) + ": " + first(e) + line(e), e);
        } catch (JsonProcessingException e) {
            throw new ExperimentException(file + ": not YAML: " + first(e) + line(e), e);
        } catch (IOException e) {
            throw new ExperimentException("experiment file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void checkSeeds(List<Long> seeds) {
        boolean sound = seeds != null && !seeds.isEmpty() && seeds.stream().allMatch(Objects::nonNull);
        require(sound && Set.copyOf(seeds).size() == seeds.size(), "seeds", "a list of different numbers", seeds);
    }

    private void checkNames(String key, Map<String, ?> entries) {
        require(entries != null && !entries.isEmpty(), key, "at least one, by name", entries);
        entries.forEach((name, value) -> {
            require(matches(name), "a name in " + key, NAME.pattern(), name);
            require(value != null, key + "." + name, "given", null);
        });
    }

    private Team team(String name, String path) {
        try {
            return TeamFile.load(resolve(path));
        } catch (TeamException e) {
            throw new ExperimentException(file + ": teams." + name + ": " + e.getMessage(), e);
        }
    }

    private Algorithm algorithm(String name, AlgorithmEntry entry, TrainingOverlay base) {
        boolean trains = Objects.requireNonNullElse(entry.train(), true);
        String key = "algorithms." + name + ".training";
        boolean given = entry.training() != null && !entry.training().isNull();
        require(trains || !given, key, "left out where train is false", entry.training());
        require(!given || entry.training().isObject(), key, "keys of a training file", entry.training());
        return new Algorithm(trains, given ? base.with(entry.training(), file + ": " + key) : base.configuration());
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
            throw new ExperimentException(file + ": evaluation." + e.getMessage(), e);
        }
    }

    private List<Cell> cells(List<CellEntry> entries, Set<String> teams, Set<String> algorithms) {
        require(entries != null && !entries.isEmpty(), "cells", "a list of at least one", entries);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            CellEntry entry = entries.get(i);
            String key = "cells[" + i + "]";
            require(entry != null, key, "{team: NAME, algorithms: [NAME, …]}", null);
            requireOneOf(key + ".team", teams, entry.team());
            require(
                    seen.add(entry.team()),
                    key + ".team",
                    "of one cell only: list all its algorithms there",
                    entry.team());
            List<String> columns = entry.algorithms();
            require(columns != null && !columns.isEmpty(), key + ".algorithms", "at least one", columns);
            columns.forEach(name -> requireOneOf(key + ".algorithms", algorithms, name));
            require(Set.copyOf(columns).size() == columns.size(), key + ".algorithms", "different ones", columns);
        }
        return entries.stream()
                .map(entry -> new Cell(entry.team(), entry.algorithms()))
                .toList();
    }

    private static boolean matches(String name) {
        return name != null && NAME.matcher(name).matches();
    }

    private void requireOneOf(String key, Collection<String> known, String got) {
        require(got != null && known.contains(got), key, "one of " + known, got);
    }

    private void require(boolean holds, String key, String rule, Object got) {
        if (!holds) {
            throw new ExperimentException(
                    file + ": " + key + " must be " + rule + ", got: " + (got == null ? "nothing" : got));
        }
    }

    private Path resolve(String path) {
        return file.toAbsolutePath().resolveSibling(path).normalize();
    }

    private static String first(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    }

    private static String place(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
    }
}
