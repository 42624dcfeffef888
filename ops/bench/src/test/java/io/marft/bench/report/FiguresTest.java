package io.marft.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.marft.bench.policy.Loaded;
import io.marft.bench.policy.Measured;
import io.marft.bench.policy.Ratios;
import io.marft.bench.policy.Rival;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void shouldTakeTheMiddle() {
        assertEquals(3, new Figures(List.of(9.0, 1.0, 3.0)).median());
        assertEquals(2.5, new Figures(List.of(9.0, 1.0, 2.0, 3.0)).median());
        assertEquals(1, new Figures(List.of(9.0, 1.0, 3.0)).least());
        assertEquals(9, new Figures(List.of(9.0, 1.0, 3.0)).most());
    }

    @Test
    void shouldDivideMediansAndPeaks() {
        Measured phase = new Measured(
                Phase.DECODE,
                new Loaded("cpu", "float32", 100, 10, 110, 120),
                List.of(new Turn(10, 0, 1), new Turn(60, 0, 1), new Turn(30, 0, 1)),
                new Memory(100, 300),
                Optional.empty());
        Rival rival = new Rival(
                Rival.PEER,
                new Figures(List.of(20.0, 5.0, 20.0)),
                Optional.empty(),
                Optional.of(new Memory(400, 400)),
                MissingNode.getInstance());

        Ratios ratios = Ratios.of(phase, rival);

        assertEquals(1.5, ratios.speed());
        assertEquals(new Ratios.OfMemory(0.25, 0.75), ratios.memory().orElseThrow());
        assertEquals(1.2, phase.loaded().timesWeights());
    }
}
