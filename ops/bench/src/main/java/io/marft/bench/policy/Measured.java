package io.marft.bench.policy;

import io.marft.bench.report.Figures;
import io.marft.bench.report.Memory;
import io.marft.bench.report.Phase;
import io.marft.bench.report.Turn;
import java.util.List;
import java.util.Optional;

/**
 * What one phase came to.
 *
 * @param loaded the model right after loading
 * @param turns its repetitions
 * @param memory of its process
 * @param rival who did the same, turn about
 */
public record Measured(Phase phase, Loaded loaded, List<Turn> turns, Memory memory, Optional<Rival> rival) {

    /** Tokens per second. */
    Figures speeds() {
        return new Figures(turns.stream().map(Turn::tokensPerSecond).toList());
    }

    /** Tokens per second after each request's first. */
    Figures laterSpeeds() {
        return new Figures(turns.stream().map(Turn::laterTokensPerSecond).toList());
    }

    /** The part of its threads' time that it really got. */
    Figures cpuShares() {
        return new Figures(turns.stream().map(Turn::cpuShare).toList());
    }
}
