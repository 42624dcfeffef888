package io.marft.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention against plain loops in double. */
class SequenceCacheTest {

    private static final int LAYERS = 2;
    private static final int LENGTH = 150;

    @ParameterizedTest
    @CsvSource({"4, 2, 32", "3, 1, 8", "6, 6, 10", "2, 2, 50"})
    void shouldAttendAsPlainLoops(int queryHeads, int heads, int size) {
        SplittableRandom random = new SplittableRandom(size);
        float[][] rows = new float[LENGTH][];
        SequenceCache cache = new SequenceCache(LAYERS, heads, size, LENGTH);
        for (int position = 0; position < LENGTH; position++) {
            rows[position] = PackedMatrixTest.random(random, 2 * heads * size);
            for (int layer = 0; layer < LAYERS; layer++) {
                cache.put(
                        layer, position, rows[position], layer == 0 ? 0 : heads * size, layer == 0 ? heads * size : 0);
            }
        }
        SequenceCache copy = new SequenceCache(LAYERS, heads, size, LENGTH + 77);
        copy.copy(cache, 100);
        float[] query = PackedMatrixTest.random(random, queryHeads * size);
        float[] y = new float[queryHeads * size + Rows.whole(1)];
        float[] copied = y.clone();
        float[] scores = new float[Rows.whole(LENGTH)];

        for (int span : new int[] {1, 2, 15, 16, 17, 63, 64, 65, 100, 149, 150}) {
            for (int layer = 0; layer < LAYERS; layer++) {
                cache.attend(layer, queryHeads, span, 0.7f, query, 0, scores, y, 0);
                if (span <= 100) {
                    copy.attend(layer, queryHeads, span, 0.7f, query, 0, scores, copied, 0);
                }
                int key = layer == 0 ? 0 : heads * size;
                int value = layer == 0 ? heads * size : 0;
                for (int h = 0; h < queryHeads; h++) {
                    int head = h / (queryHeads / heads);
                    double[] expected = attend(rows, span, query, h, head, size, key, value);
                    for (int e = 0; e < size; e++) {
                        assertEquals(expected[e], y[h * size + e], 1e-5, span + ", " + h + ", " + e);
                        if (span <= 100) {
                            assertEquals(y[h * size + e], copied[h * size + e]);
                        }
                    }
                }
            }
        }
    }

    private static double[] attend(
            float[][] rows, int span, float[] query, int h, int head, int size, int key, int value) {
        double sum = 0;
        double[] mixed = new double[size];
        for (int s = 0; s < span; s++) {
            double score = 0;
            for (int e = 0; e < size; e++) {
                score += (double) query[h * size + e] * rows[s][key + head * size + e];
            }
            double weight = Math.exp(0.7 * score);
            sum += weight;
            for (int e = 0; e < size; e++) {
                mixed[e] += weight * rows[s][value + head * size + e];
            }
        }
        for (int e = 0; e < size; e++) {
            mixed[e] /= sum;
        }
        return mixed;
    }
}
