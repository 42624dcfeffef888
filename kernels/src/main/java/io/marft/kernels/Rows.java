package io.marft.kernels;

import io.marft.kernels.Kernels.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The operations of a decoder on single rows of values, between its linear maps. */
public final class Rows {

    private static final VectorSpecies<Float> SPECIES = Vectors.SPECIES;
    private static final int VECTOR = Vectors.COUNT;

    // exp(x) = 2^n exp(r) with n = round(x / ln 2) and r in [-ln 2 / 2, ln 2 / 2]. ln 2 is in two parts, the first with
    // few
    // bits, so that n times it is exact.
    private static final float LOG2_E = 0x1.715476p0f; // 1 / ln 2
    private static final float LN2_HIGH = 0x1.63p-1f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Added to a number it rounds it to an integer, whose bits are then the sum's lowest; taken away again it leaves the integer. */
    private static final float ROUNDING = 0x1.8p23f;
    /** Smaller numbers count as this one, so that 2^n stays a normal float. */
    private static final float SMALLEST = -87;

    /** Larger numbers count as this one, so that 2^n stays finite. */
    private static final float LARGEST = 88;

    private static final int BIAS = 127;
    private static final int MANTISSA = 23;

    private Rows() {}

    /** Computes x += y for {@code count} values. */
    public static void add(float[] x, int xStart, float[] y, int yStart, int count) {
        int i = 0;
        for (; i < SPECIES.loopBound(count); i += VECTOR) {
            FloatVector.fromArray(SPECIES, x, xStart + i)
                    .add(FloatVector.fromArray(SPECIES, y, yStart + i))
                    .intoArray(x, xStart + i);
        }
        for (; i < count; i++) {
            x[xStart + i] += y[yStart + i];
        }
    }

    /**
     * Normalises by the root of the mean square: y = x / sqrt(mean(x²) + epsilon) · weight. x and y may be the same.
     *
     * @param weight [count]
     */
    public static void normalise(
            float[] x, int xStart, float[] weight, float epsilon, int count, float[] y, int yStart) {
        float even = 0;
        float odd = 0;
        float third = 0;
        float fourth = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            even = Math.fma(x[xStart + i], x[xStart + i], even);
            odd = Math.fma(x[xStart + i + 1], x[xStart + i + 1], odd);
            third = Math.fma(x[xStart + i + 2], x[xStart + i + 2], third);
            fourth = Math.fma(x[xStart + i + 3], x[xStart + i + 3], fourth);
        }
        for (; i < count; i++) {
            even = Math.fma(x[xStart + i], x[xStart + i], even);
        }
        float scale = (float) (1 / Math.sqrt((even + odd + (third + fourth)) / count + epsilon));
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        for (i = 0; i < SPECIES.loopBound(count); i += VECTOR) {
            FloatVector.fromArray(SPECIES, x, xStart + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(SPECIES, weight, i))
                    .intoArray(y, yStart + i);
        }
        for (; i < count; i++) {
            y[yStart + i] = x[xStart + i] * scale * weight[i];
        }
    }

    /**
     * Turns the pairs (i, i + half) by angles, in place.
     *
     * @param turn [2 · half] the cosines of the angles, then the sines
     */
    public static void rotate(float[] x, int start, float[] turn, int half) {
        int i = 0;
        for (; i < SPECIES.loopBound(half); i += VECTOR) {
            FloatVector cosine = FloatVector.fromArray(SPECIES, turn, i);
            FloatVector sine = FloatVector.fromArray(SPECIES, turn, half + i);
            FloatVector a = FloatVector.fromArray(SPECIES, x, start + i);
            FloatVector b = FloatVector.fromArray(SPECIES, x, start + half + i);
            a.mul(cosine).sub(b.mul(sine)).intoArray(x, start + i);
            b.mul(cosine).add(a.mul(sine)).intoArray(x, start + half + i);
        }
        for (; i < half; i++) {
            float a = x[start + i];
            float b = x[start + half + i];
            x[start + i] = a * turn[i] - b * turn[half + i];
            x[start + half + i] = b * turn[i] + a * turn[half + i];
        }
    }

    /**
     * Applies the gate of a feed-forward: y = silu(gate) · up.
     *
     * @param x [2 · count] the gate, then what it multiplies
     * @param count number of values of y
     */
    public static void gate(float[] x, int xStart, int count, float[] y, int yStart) {
        int i = 0;
        for (; i < SPECIES.loopBound(count); i += VECTOR) {
            gated(FloatVector.fromArray(SPECIES, x, xStart + i), FloatVector.fromArray(SPECIES, x, xStart + count + i))
                    .intoArray(y, yStart + i);
        }
        for (; i < count; i++) {
            y[yStart + i] = gated(
                            FloatVector.broadcast(SPECIES, x[xStart + i]),
                            FloatVector.broadcast(SPECIES, x[xStart + count + i]))
                    .lane(0);
        }
    }

    private static FloatVector gated(FloatVector gate, FloatVector up) {
        return gate.div(exp(gate.neg()).add(1f)).mul(up);
    }

    /**
     * Replaces values by exp(value - largest).
     *
     * @param x [count], with room for whole vectors; the places that fill the last vector up become 0
     */
    public static void exp(float[] x, int start, float largest, int count) {
        FloatVector subtracted = FloatVector.broadcast(SPECIES, largest);
        for (int i = 0; i < count; i += VECTOR) {
            exp(FloatVector.fromArray(SPECIES, x, start + i).sub(subtracted)).intoArray(x, start + i);
        }
        for (int i = count; i < Vectors.whole(count); i++) {
            x[start + i] = 0;
        }
    }

    /** A number of values, rounded up to whole vectors. */
    public static int whole(int count) {
        return Vectors.whole(count);
    }

    /** Computes exp within two units in the last place, from -87 to 88; numbers beyond count as these. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(SMALLEST).min(LARGEST);
        FloatVector shifted =
                bounded.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUNDING));
        FloatVector n = shifted.sub(ROUNDING);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, 1f / 5040);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 720));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 120));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 24));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 6));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 2));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        IntVector power = shifted.reinterpretAsInts().add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA);
        return p.mul(power.reinterpretAsFloats());
    }
}
