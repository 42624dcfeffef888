package io.marft.kernels;

import io.marft.kernels.Kernels.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What a decoder does with single rows of values, between its linear maps. */
public final class Rows {

    private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
    private static final int VECTOR = Lanes.COUNT;

    // exp(x) = 2^n exp(r), n = round(x / ln 2), r in [-ln 2 / 2, ln 2 / 2]; ln 2 in two parts, the first with few bits.
    private static final float LOG2_E = 1.442695040888963f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Added and taken away again, it rounds to an integer, whose bits are then its lowest. */
    private static final float ROUNDING = 0x1.8p23f;
    /** Beyond it a power of two is no normal float any more. */
    private static final float SMALLEST = -87;

    private static final float LARGEST = 88;
    private static final int BIAS = 127;
    private static final int MANTISSA = 23;

    private Rows() {}

    /** Adds {@code count} values: x += y. */
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
     * Root-mean-square norm: y = x / sqrt(mean(x²) + epsilon) · weight. x and y may be the same.
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
     * Turns pairs (i, i + half) by angles, in place.
     *
     * @param turn [2 · half] the cosines, then the sines
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
     * The gate of a feed-forward: y = silu(gate) · up.
     *
     * @param x [gate | up]
     * @param count of gate, of up and of y
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
     * @param x [count], with room for whole vectors; what fills the last one up becomes 0
     */
    public static void exp(float[] x, int start, float largest, int count) {
        FloatVector subtracted = FloatVector.broadcast(SPECIES, largest);
        for (int i = 0; i < count; i += VECTOR) {
            exp(FloatVector.fromArray(SPECIES, x, start + i).sub(subtracted)).intoArray(x, start + i);
        }
        for (int i = count; i < Lanes.whole(count); i++) {
            x[start + i] = 0;
        }
    }

    /** {@code count} values, filled up to whole vectors. */
    public static int whole(int count) {
        return Lanes.whole(count);
    }

    /** Within two units in the last place between -87 and 88; what is beyond counts as these. */
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
