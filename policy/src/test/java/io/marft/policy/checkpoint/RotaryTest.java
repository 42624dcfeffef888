package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RotaryTest {

    @Test
    void shouldFallByTheSameFactorFromPairToPair() {
        assertArrayEquals(
                new double[] {1, 0.1, 0.01, 0.001}, Rotary.plain(10_000).rates(8), 1e-8);
    }

    @Test
    void shouldDivideEveryRateByALinearFactor() {
        Rotary rotary = new Rotary(10_000, new Rotary.Linear(4));

        assertArrayEquals(new double[] {0.25, 0.025, 0.0025, 0.00025}, rotary.rates(8), 1e-8);
    }

    /**
     * With a context of 628.3 = 200π, waves shorter than 157 = 50π stay (rates above 0.04), those longer than 628.3 (rates
     * below 0.01) are divided by 8. Between them 0.02 keeps (628.3 / 314.2 - 1) / (4 - 1) = 1/3: 2/3 · 0.02/8 + 1/3 · 0.02.
     */
    @Test
    void shouldDivideOnlySlowRatesInLlama3() {
        Rotary.Llama3 scaling = new Rotary.Llama3(8, 1, 4, 628);

        assertEquals(1, scaling.apply(1));
        assertEquals(0.05f, scaling.apply(0.05f));
        assertEquals(0.009 / 8, scaling.apply(0.009f), 1e-9);
        assertEquals(2.0 / 3 * 0.02 / 8 + 1.0 / 3 * 0.02, scaling.apply(0.02f), 1e-5);
    }

    /** Llama 3.2 1B's rates, from transformers 5.24's {@code LlamaRotaryEmbedding.inv_freq}. */
    @Test
    void shouldGiveTheBitsOfTransformers() {
        int[] expected = {
            0x3f800000, 0x3f29e1c6, 0x3ee177bc, 0x3e959ee3, 0x3e4693b0, 0x3e03c6a0, 0x3daee4ad, 0x3d681e67,
            0x3d1a08c8, 0x3ccc6f49, 0x3c87a9c3, 0x3c340d6d, 0x3beef74f, 0x3b9e9402, 0x3b527720, 0x3aa9279b,
            0x39e13620, 0x38cb98f7, 0x37a3418d, 0x3758ac81, 0x370fc8f8, 0x36bed4f4, 0x367d45c3, 0x3628126b,
            0x35df10c4, 0x359406cb, 0x35447610, 0x35025f34, 0x34ad07a7, 0x3465a54d, 0x341864a7, 0x33ca41b0,
        };

        double[] rates = new Rotary(500_000, new Rotary.Llama3(32, 1, 4, 8192)).rates(64);

        assertArrayEquals(
                expected,
                Arrays.stream(rates)
                        .mapToInt(rate -> Float.floatToRawIntBits((float) rate))
                        .toArray());
    }

    @Test
    void shouldRefuseNumbersThatAreNoRates() {
        assertFault("rope_theta must be positive, got: 0.0", () -> Rotary.plain(0));
        assertFault("rope factor must be positive, got: -1.0", () -> new Rotary.Linear(-1));
        assertFault("rope factor must be positive, got: NaN", () -> new Rotary.Llama3(Double.NaN, 1, 4, 8));
        assertFault("low_freq_factor must be positive, got: 0.0", () -> new Rotary.Llama3(8, 0, 4, 8));
        assertFault("high_freq_factor=1.0 must exceed low_freq_factor=4.0", () -> new Rotary.Llama3(8, 4, 1, 8));
        assertFault("original_max_position_embeddings must be positive, got: 0.0", () -> new Rotary.Llama3(8, 1, 4, 0));
    }

    private static void assertFault(String fault, Executable attempt) {
        assertEquals(
                fault, assertThrows(IllegalArgumentException.class, attempt).getMessage());
    }
}
