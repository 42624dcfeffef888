package io.marft.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.experiment.Meter.Work;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeterTest {

    @Test
    void shouldSayNothingBeforeItHasSeenBothKindsOfWork() {
        Meter meter = new Meter();
        assertEquals(Optional.empty(), meter.estimate(new Work(100, 10), 1));

        meter.done(new Work(0, 10), 5);

        assertEquals(Optional.empty(), meter.estimate(new Work(100, 10), 1));
        assertEquals(Optional.of(Duration.ofSeconds(5)), meter.estimate(new Work(0, 10), 1));
    }

    @Test
    void shouldEstimateFromWhatWasDone() {
        Meter meter = new Meter();
        meter.done(new Work(0, 10), 5);
        meter.done(new Work(200, 0), 20);

        // 1000 tokens at 0.1 s, 40 decisions at 0.5 s, by two runs at once.
        assertEquals(Optional.of(Duration.ofSeconds(60)), meter.estimate(new Work(1000, 40), 2));
    }
}
