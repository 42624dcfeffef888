package io.marft.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void shouldTakeQuantilesByNearestRank() {
        Latencies latencies = new Latencies(
                IntStream.rangeClosed(1, 100).mapToObj(i -> (double) (101 - i)).toList());

        assertEquals(50, latencies.quantile(0.5));
        assertEquals(99, latencies.quantile(0.99));
        assertEquals(100, latencies.quantile(1));
        assertEquals(1, latencies.quantile(0));
        assertEquals(100, latencies.most());
    }

    @Test
    void shouldTakeASingleValueForEveryQuantile() {
        Latencies latencies = new Latencies(List.of(3.5));

        assertEquals(3.5, latencies.quantile(0.01));
        assertEquals(3.5, latencies.quantile(0.99));
    }

    @Test
    void shouldRefuseNone() {
        assertThrows(IllegalArgumentException.class, () -> new Latencies(List.of()));
    }
}
