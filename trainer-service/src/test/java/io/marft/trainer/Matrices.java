package io.marft.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Rows of different lengths, such as {@code [decisions][units]}. */
public final class Matrices {

    private Matrices() {}

    /** Every entry is within {@code tolerance}, and rows are as many and as long as expected. */
    public static void assertClose(double[][] expected, double[][] actual, double tolerance) {
        assertClose(expected, actual, tolerance, "");
    }

    /** As above, with a name for messages. */
    public static void assertClose(double[][] expected, double[][] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int k = 0; k < expected.length; k++) {
            assertArrayEquals(expected[k], actual[k], tolerance, what + " [" + k + "]");
        }
    }

    /** The same numbers as rows of one. */
    public static double[][] column(double... values) {
        double[][] rows = new double[values.length][];
        for (int k = 0; k < values.length; k++) {
            rows[k] = new double[] {values[k]};
        }
        return rows;
    }
}
