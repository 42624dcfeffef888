package io.marft.kernels;

import io.marft.kernels.Kernels.Vectors;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A linear map's matrix [outputs, inputs] and bias, laid out for multiplying few rows: in panels of four vectors of outputs,
 * input by input. Immutable and thread-safe.
 *
 * <p>Each value of a product is one chain of fused multiply-adds over the inputs, which starts from the bias. So a row's result
 * does not depend on the rows that are multiplied together with it.
 */
public final class PackedMatrix {

    /** How many rows are multiplied together: their sums, four vectors each, and all else fit into 32 registers. */
    private static final int ROWS = 4;

    /** How many inputs of a panel are used before the next: they stay in the nearest cache while all rows go by. */
    private static final int DEPTH = 128;

    private static final VectorSpecies<Float> SPECIES = Vectors.SPECIES;
    private static final int VECTOR = Vectors.COUNT;
    private static final int PANEL = 4 * VECTOR;

    private final int inputs;
    private final int stride;
    private final float[] values;
    private final float[] bias;

    /**
     * Packs a matrix.
     *
     * @param matrix [outputs, inputs], row by row
     * @param bias [outputs], or empty for none
     */
    public PackedMatrix(int outputs, int inputs, float[] matrix, float[] bias) {
        Objects.checkFromIndexSize(0, Math.multiplyExact(outputs, inputs), matrix.length);
        this.inputs = inputs;
        this.stride = (outputs + PANEL - 1) / PANEL * PANEL;
        this.values = new float[Math.multiplyExact(stride, inputs)];
        this.bias = new float[stride];
        System.arraycopy(bias, 0, this.bias, 0, bias.length);
        for (int output = 0; output < outputs; output++) {
            int at = output / PANEL * PANEL * inputs + output % PANEL;
            for (int input = 0; input < inputs; input++) {
                values[at + input * PANEL] = matrix[output * inputs + input];
            }
        }
    }

    /** How many values a row of a product has: the number of outputs, rounded up to whole panels. */
    public int stride() {
        return stride;
    }

    /** A number of rows, rounded up to a multiple of those that are multiplied together. */
    public static int rows(int count) {
        return (count + ROWS - 1) / ROWS * ROWS;
    }

    /**
     * Multiplies: y = x W' + bias.
     *
     * @param x rows of {@code inputs} values, {@code xStride} apart; it has room for {@link #rows rows(count)} rows
     * @param count number of rows
     * @param y receives rows of {@link #stride} values; it has room for {@link #rows rows(count)} rows, and those behind
     *     {@code count} mean nothing
     */
    public void multiply(float[] x, int xStride, int count, float[] y) {
        multiply(x, xStride, count, bias, 0, y);
    }

    /**
     * Adds a product without the bias: y += x W'. Each value is one chain, which starts from what it was.
     *
     * @param x as for {@link #multiply}
     * @param y as for {@link #multiply}
     */
    public void multiplyAdd(float[] x, int xStride, int count, float[] y) {
        multiply(x, xStride, count, y, stride, y);
    }

    private void multiply(float[] x, int xStride, int count, float[] from, int fromStride, float[] y) {
        for (int column = 0; column < stride; column += PANEL) {
            rows(x, xStride, count, column, 0, from, fromStride, y);
            for (int input = DEPTH; input < inputs; input += DEPTH) {
                rows(x, xStride, count, column, input, y, stride, y);
            }
        }
    }

    /** Multiplies all rows by one panel, from one input on, for as many inputs as stay in the cache. */
    private void rows(
            float[] x, int xStride, int count, int column, int input, float[] from, int fromStride, float[] y) {
        int depth = Math.min(DEPTH, inputs - input);
        int w = column * inputs + input * PANEL;
        for (int row = 0; row < count; row += ROWS) {
            int start = row * fromStride + column;
            tile(x, row * xStride + input, xStride, depth, w, from, start, fromStride, y, row * stride + column);
        }
    }

    /** Multiplies four rows by one panel: sixteen sums of one vector each, from {@code from} into {@code y}. */
    private void tile(
            float[] x,
            int x0,
            int xStride,
            int depth,
            int w,
            float[] from,
            int start,
            int fromStride,
            float[] y,
            int yStart) {
        int at = start;
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, at);
        FloatVector b0 = FloatVector.fromArray(SPECIES, from, at + VECTOR);
        FloatVector c0 = FloatVector.fromArray(SPECIES, from, at + 2 * VECTOR);
        FloatVector d0 = FloatVector.fromArray(SPECIES, from, at + 3 * VECTOR);
        at += fromStride;
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, at);
        FloatVector b1 = FloatVector.fromArray(SPECIES, from, at + VECTOR);
        FloatVector c1 = FloatVector.fromArray(SPECIES, from, at + 2 * VECTOR);
        FloatVector d1 = FloatVector.fromArray(SPECIES, from, at + 3 * VECTOR);
        at += fromStride;
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, at);
        FloatVector b2 = FloatVector.fromArray(SPECIES, from, at + VECTOR);
        FloatVector c2 = FloatVector.fromArray(SPECIES, from, at + 2 * VECTOR);
        FloatVector d2 = FloatVector.fromArray(SPECIES, from, at + 3 * VECTOR);
        at += fromStride;
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, at);
        FloatVector b3 = FloatVector.fromArray(SPECIES, from, at + VECTOR);
        FloatVector c3 = FloatVector.fromArray(SPECIES, from, at + 2 * VECTOR);
        FloatVector d3 = FloatVector.fromArray(SPECIES, from, at + 3 * VECTOR);
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        for (int i = 0; i < depth; i++) {
            FloatVector wa = FloatVector.fromArray(SPECIES, values, w + i * PANEL);
            FloatVector wb = FloatVector.fromArray(SPECIES, values, w + VECTOR + i * PANEL);
            FloatVector wc = FloatVector.fromArray(SPECIES, values, w + 2 * VECTOR + i * PANEL);
            FloatVector wd = FloatVector.fromArray(SPECIES, values, w + 3 * VECTOR + i * PANEL);
            FloatVector factor = FloatVector.broadcast(SPECIES, x[x0 + i]);
            a0 = factor.fma(wa, a0);
            b0 = factor.fma(wb, b0);
            c0 = factor.fma(wc, c0);
            d0 = factor.fma(wd, d0);
            factor = FloatVector.broadcast(SPECIES, x[x1 + i]);
            a1 = factor.fma(wa, a1);
            b1 = factor.fma(wb, b1);
            c1 = factor.fma(wc, c1);
            d1 = factor.fma(wd, d1);
            factor = FloatVector.broadcast(SPECIES, x[x2 + i]);
            a2 = factor.fma(wa, a2);
            b2 = factor.fma(wb, b2);
            c2 = factor.fma(wc, c2);
            d2 = factor.fma(wd, d2);
            factor = FloatVector.broadcast(SPECIES, x[x3 + i]);
            a3 = factor.fma(wa, a3);
            b3 = factor.fma(wb, b3);
            c3 = factor.fma(wc, c3);
            d3 = factor.fma(wd, d3);
        }
        store(a0, b0, c0, d0, y, yStart);
        store(a1, b1, c1, d1, y, yStart + stride);
        store(a2, b2, c2, d2, y, yStart + 2 * stride);
        store(a3, b3, c3, d3, y, yStart + 3 * stride);
    }

    private static void store(FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] y, int at) {
        a.intoArray(y, at);
        b.intoArray(y, at + VECTOR);
        c.intoArray(y, at + 2 * VECTOR);
        d.intoArray(y, at + 3 * VECTOR);
    }
}
