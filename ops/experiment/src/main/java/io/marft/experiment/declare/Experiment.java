package io.marft.experiment.declare;

import io.marft.schemas.record.Team;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A declared grid of runs: teams by algorithms by seeds, at one budget. {@link ExperimentFile} reads and checks it.
 *
 * @param name what the results are called
 * @param tokens how many tokens the agents of a run that trains may generate while they train, all together
 * @param seeds one run of each cell for each
 * @param evaluation how runs are measured
 * @param teams by their names in this experiment, in declared order
 * @param algorithms by their names in this experiment, in declared order
 * @param cells which team meets which algorithm
 */
public record Experiment(
        String name,
        long tokens,
        List<Long> seeds,
        EvaluationSettings evaluation,
        Map<String, Team> teams,
        Map<String, Algorithm> algorithms,
        List<Cell> cells) {

    public Experiment {
        seeds = List.copyOf(seeds);
        teams = Collections.unmodifiableMap(new LinkedHashMap<>(teams));
        algorithms = Collections.unmodifiableMap(new LinkedHashMap<>(algorithms));
        cells = List.copyOf(cells);
    }

    /** All runs, seed by seed, so that a whole table of one seed comes early. */
    public List<RunKey> runs() {
        List<RunKey> runs = new ArrayList<>();
        for (long seed : seeds) {
            for (Cell cell : cells) {
                cell.algorithms().forEach(algorithm -> runs.add(new RunKey(cell.team(), algorithm, seed)));
            }
        }
        return List.copyOf(runs);
    }

    /** The algorithms that some cell has, in declared order. */
    public List<String> columns() {
        return algorithms.keySet().stream()
                .filter(name ->
                        cells.stream().anyMatch(cell -> cell.algorithms().contains(name)))
                .toList();
    }
}
