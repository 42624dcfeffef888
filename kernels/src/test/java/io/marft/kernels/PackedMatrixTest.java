package io.marft.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedMatrixTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 5, 2", "16, 101, 128", "9, 33, 7", "17, 768, 24", "8, 32, 384"})
    void shouldMultiplyAsPlainLoops(int rows, int outputs, int inputs) {
        SplittableRandom random = new SplittableRandom(rows);
        float[] matrix = random(random, outputs * inputs);
        float[] bias = random(random, outputs);
        int xStride = inputs + 3;
        float[] x = random(random, PackedMatrix.rows(rows) * xStride);

        PackedMatrix packed = new PackedMatrix(outputs, inputs, matrix, bias);
        float[] y = new float[PackedMatrix.rows(rows) * packed.stride()];
        packed.multiply(x, xStride, rows, y);
        float[] twice = y.clone();
        packed.multiplyAdd(x, xStride, rows, twice);

        for (int row = 0; row < rows; row++) {
            for (int output = 0; output < outputs; output++) {
                double expected = bias[output];
                for (int input = 0; input < inputs; input++) {
                    expected += (double) x[row * xStride + input] * matrix[output * inputs + input];
                }
                assertEquals(expected, y[row * packed.stride() + output], 1e-7 * (10 + inputs), row + ", " + output);
                assertEquals(
                        2 * expected - bias[output],
                        twice[row * packed.stride() + output],
                        2e-7 * (10 + inputs),
                        row + ", " + output);
            }
        }
    }

    @Test
    void shouldGiveARowTheSameBitsWhateverIsMultipliedWithIt() {
        SplittableRandom random = new SplittableRandom(3);
        int inputs = 50;
        PackedMatrix packed = new PackedMatrix(40, inputs, random(random, 40 * inputs), new float[0]);
        float[] x = random(random, 16 * inputs);
        float[] together = new float[16 * packed.stride()];
        packed.multiply(x, inputs, 13, together);

        for (int row = 0; row < 13; row++) {
            float[] alone = Arrays.copyOf(Arrays.copyOfRange(x, row * inputs, (row + 1) * inputs), 8 * inputs);
            float[] y = new float[8 * packed.stride()];
            packed.multiply(alone, inputs, 1, y);
            assertArrayEquals(
                    Arrays.copyOfRange(together, row * packed.stride(), (row + 1) * packed.stride()),
                    Arrays.copyOf(y, packed.stride()));
        }
    }

    static float[] random(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }
}
