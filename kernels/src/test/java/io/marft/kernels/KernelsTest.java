package io.marft.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelsTest {

    @Test
    void shouldBeAvailableWithHotSpotWhereVectorsAreWideOrArms() {
        assumeTrue(System.getProperty("java.vm.name").endsWith("Server VM"), "another JVM than HotSpot");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        assertEquals(arm || Kernels.Vectors.COUNT >= 8, Kernels.available());
    }

    /** The first round is interpreted; long before the last one everything is compiled. */
    @Test
    void shouldGiveTheSameBitsInterpretedAndCompiled() {
        int first = digest();
        for (int i = 0; i < 5000; i++) {
            assertEquals(first, digest());
        }
    }

    private static int digest() {
        SplittableRandom random = new SplittableRandom(1);
        PackedMatrix matrix =
                new PackedMatrix(200, 30, PackedMatrixTest.random(random, 6000), PackedMatrixTest.random(random, 200));
        float[] x = PackedMatrixTest.random(random, 16 * 30);
        float[] y = new float[16 * matrix.stride()];
        matrix.multiply(x, 30, 13, y);
        int digest = Arrays.hashCode(Arrays.copyOf(y, 200));
        float[] row = new float[100];
        Rows.gate(y, 0, 90, row, 0);
        digest = 31 * digest + Arrays.hashCode(row);
        Rows.normalise(y, 3, x, 1e-5f, 77, row, 0);
        Rows.rotate(row, 0, x, 40);
        digest = 31 * digest + Arrays.hashCode(row);
        SequenceCache cache = new SequenceCache(1, 2, 8, 70);
        for (int position = 0; position < 70; position++) {
            cache.put(0, position, x, 5 * position, 5 * position + 16);
        }
        float[] attended = new float[32 + Rows.whole(1)];
        cache.attend(0, 4, 70, 0.3f, x, 7, new float[Rows.whole(70)], attended, 0);
        return 31 * digest + Arrays.hashCode(Arrays.copyOf(attended, 32));
    }
}
