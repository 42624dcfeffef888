package io.marft.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation, in lengths that are whole vectors and in others. */
class RowsTest {

    @Test
    void shouldExponentiateWithinTwoUnitsInTheLastPlace() {
        int count = 100_000;
        float[] x = new float[Rows.whole(count)];
        for (int i = 0; i < count; i++) {
            x[i] = -87f + i * 175f / count;
        }
        float[] y = x.clone();
        Rows.exp(y, 0, 0, count);
        for (int i = 0; i < count; i++) {
            float exact = (float) Math.exp(x[i]);
            assertTrue(Math.abs(y[i] - exact) <= 2 * Math.ulp(exact), x[i] + ": " + y[i] + " for " + exact);
        }
    }

    @Test
    void shouldExponentiateWhatIsFarBelowToAboutNothingAndKeepWhatIsNoNumber() {
        float[] x = new float[Rows.whole(3)];
        x[0] = -1e30f;
        x[1] = Float.NaN;
        x[2] = 5;
        Rows.exp(x, 0, 5, 3);
        assertEquals(0, x[0], 1e-37);
        assertTrue(Float.isNaN(x[1]));
        assertEquals(1, x[2]);
        for (int i = 3; i < x.length; i++) {
            assertEquals(0, x[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 37, 128})
    void shouldNormaliseByHandComputedRoots(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[] x = PackedMatrixTest.random(random, count + 5);
        float[] weight = PackedMatrixTest.random(random, count);
        double mean = 0;
        for (int i = 0; i < count; i++) {
            mean += (double) x[5 + i] * x[5 + i] / count;
        }
        float[] y = new float[count + 2];
        Rows.normalise(x, 5, weight, 1e-3f, count, y, 2);
        for (int i = 0; i < count; i++) {
            assertEquals(x[5 + i] / Math.sqrt(mean + 1e-3) * weight[i], y[2 + i], 1e-6);
        }
        Rows.normalise(x, 5, weight, 1e-3f, count, x, 5);
        for (int i = 0; i < count; i++) {
            assertEquals(y[2 + i], x[5 + i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 21})
    void shouldTurnPairs(int half) {
        SplittableRandom random = new SplittableRandom(half);
        float[] x = PackedMatrixTest.random(random, 2 * half + 1);
        float[] turn = new float[2 * half];
        for (int i = 0; i < half; i++) {
            turn[i] = (float) Math.cos(i + 1);
            turn[half + i] = (float) Math.sin(i + 1);
        }
        float[] y = x.clone();
        Rows.rotate(y, 1, turn, half);
        for (int i = 0; i < half; i++) {
            double a = x[1 + i];
            double b = x[1 + half + i];
            assertEquals(a * Math.cos(i + 1) - b * Math.sin(i + 1), y[1 + i], 1e-6);
            assertEquals(b * Math.cos(i + 1) + a * Math.sin(i + 1), y[1 + half + i], 1e-6);
        }
        assertEquals(x[0], y[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 40})
    void shouldGateAndAdd(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[] x = PackedMatrixTest.random(random, 2 * count + 1);
        float[] y = new float[count];
        Rows.gate(x, 1, count, y, 0);
        float[] sum = y.clone();
        Rows.add(sum, 0, x, 1, count);
        for (int i = 0; i < count; i++) {
            double gate = x[1 + i];
            assertEquals(gate / (1 + Math.exp(-gate)) * x[1 + count + i], y[i], 1e-6);
            assertEquals(y[i] + x[1 + i], sum[i], 1e-6);
        }
    }

    @Test
    void shouldGateWhatIsFarOut() {
        float[] y = new float[3];
        Rows.gate(new float[] {-200, 200, Float.NaN, 1, 1, 1}, 0, 3, y, 0);
        assertArrayEquals(new float[] {0, 200, Float.NaN}, y, 1e-30f);
    }
}
