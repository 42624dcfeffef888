package io.marft.schemas.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMix64Test {

    /** Java's own generator is SplitMix64 with the same step. */
    @Test
    void shouldBeginAsJavasGeneratorDoes() {
        for (long seed : new long[] {0, 1, -1, 42, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertEquals(new SplittableRandom(seed).nextLong(), SplitMix64.first(seed));
        }
    }
}
