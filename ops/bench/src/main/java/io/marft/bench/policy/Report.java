package io.marft.bench.policy;

import io.marft.bench.report.Machine;
import java.util.List;

/**
 * All that was measured in one run.
 *
 * @param repeat repetitions of each phase
 * @param phases in the order in which they were measured; at least one
 */
public record Report(Machine machine, Plan plan, int repeat, List<Measured> phases) {

    /** The table to print. */
    public String text() {
        return new ReportText(this).toString();
    }

    /** The same and all single figures, as JSON. */
    public String json() {
        return ReportJson.of(this).toPrettyString();
    }
}
