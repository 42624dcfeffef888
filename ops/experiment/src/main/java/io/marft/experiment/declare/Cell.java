package io.marft.experiment.declare;

import java.util.List;

/**
 * A row of the grid: one team and what is done with it.
 *
 * @param team its name in the experiment
 * @param algorithms the names of the algorithms, in the order of their columns
 */
public record Cell(String team, List<String> algorithms) {

    public Cell {
        algorithms = List.copyOf(algorithms);
    }
}
