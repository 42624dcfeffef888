package io.marft.kernels;

import io.marft.kernels.Kernels.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The keys and values of one sequence, and attention over them. To be used by one thread at a time.
 *
 * <p>For each layer and head, keys lie in blocks of as many positions as a vector has values,
 * [block][value of the head][position], so that scores come out side by side. Values lie position by position, each filled up
 * to whole vectors.
 */
public final class SequenceCache {

    private static final VectorSpecies<Float> SPECIES = Vectors.SPECIES;
    private static final int VECTOR = Vectors.COUNT;

    private final int heads;
    private final int headSize;
    private final int width;
    private final int places;
    private final float[][] keys;
    private final float[][] values;

    /**
     * Reserves memory.
     *
     * @param layers number of layers
     * @param heads number of key heads, K
     * @param headSize size of a head, E
     * @param length the most positions that the sequence may have
     */
    public SequenceCache(int layers, int heads, int headSize, int length) {
        this.heads = heads;
        this.headSize = headSize;
        this.width = Vectors.whole(headSize);
        this.places = Vectors.whole(length);
        this.keys = new float[layers][Math.multiplyExact(places, heads * headSize)];
        this.values = new float[layers][Math.multiplyExact(places, heads * width)];
    }

    /**
     * Keeps the keys and values of a position in a layer.
     *
     * @param x holds the keys, [K, E], from {@code key} on and the values, [K, E], from {@code value} on
     */
    public void put(int layer, int position, float[] x, int key, int value) {
        float[] ownKeys = keys[layer];
        for (int head = 0; head < heads; head++) {
            int at = head * places * headSize + position / VECTOR * VECTOR * headSize + position % VECTOR;
            for (int e = 0; e < headSize; e++) {
                ownKeys[at + e * VECTOR] = x[key + head * headSize + e];
            }
            int to = (head * places + position) * width;
            System.arraycopy(x, value + head * headSize, values[layer], to, headSize);
        }
    }

    /** Copies the first {@code span} positions of another sequence of the same model. */
    public void copy(SequenceCache other, int span) {
        for (int layer = 0; layer < keys.length; layer++) {
            for (int head = 0; head < heads; head++) {
                System.arraycopy(
                        other.keys[layer],
                        head * other.places * headSize,
                        keys[layer],
                        head * places * headSize,
                        Vectors.whole(span) * headSize);
                System.arraycopy(
                        other.values[layer],
                        head * other.places * width,
                        values[layer],
                        head * places * width,
                        span * width);
            }
        }
    }

    /**
     * Computes the attention of one position's query heads: softmax(q K' · scale) V over the first {@code span} positions.
     *
     * @param x holds the queries, [H, E], from {@code query} on; H is a multiple of K, and neighbours share a key head
     * @param scores [{@link Rows#whole whole(span)}] room to work in
     * @param y receives [H, E] from {@code yStart} on, and needs room for a whole vector behind the last head's beginning
     */
    public void attend(
            int layer,
            int queryHeads,
            int span,
            float scale,
            float[] x,
            int query,
            float[] scores,
            float[] y,
            int yStart) {
        int group = queryHeads / heads;
        for (int h = 0; h < queryHeads; h++) {
            int head = h / group;
            score(keys[layer], head * places * headSize, x, query + h * headSize, span, scale, scores);
            Rows.exp(scores, 0, largest(scores, span), span);
            float sum = sum(scores, span);
            mix(values[layer], head * places * width, scores, span, 1 / sum, y, yStart + h * headSize);
        }
    }

    /** Computes the scaled products of a query with the keys of the first {@code span} positions. */
    private void score(float[] k, int start, float[] x, int query, int span, float scale, float[] scores) {
        int block = 0;
        int size = VECTOR * headSize;
        for (; block + 3 * VECTOR < span; block += 4 * VECTOR) {
            int at = start + block * headSize;
            FloatVector a = FloatVector.zero(SPECIES);
            FloatVector b = FloatVector.zero(SPECIES);
            FloatVector c = FloatVector.zero(SPECIES);
            FloatVector d = FloatVector.zero(SPECIES);
            for (int e = 0; e < headSize; e++) {
                FloatVector q = FloatVector.broadcast(SPECIES, x[query + e]);
                a = q.fma(FloatVector.fromArray(SPECIES, k, at + e * VECTOR), a);
                b = q.fma(FloatVector.fromArray(SPECIES, k, at + size + e * VECTOR), b);
                c = q.fma(FloatVector.fromArray(SPECIES, k, at + 2 * size + e * VECTOR), c);
                d = q.fma(FloatVector.fromArray(SPECIES, k, at + 3 * size + e * VECTOR), d);
            }
            a.mul(scale).intoArray(scores, block);
            b.mul(scale).intoArray(scores, block + VECTOR);
            c.mul(scale).intoArray(scores, block + 2 * VECTOR);
            d.mul(scale).intoArray(scores, block + 3 * VECTOR);
        }
        for (; block < span; block += VECTOR) {
            int at = start + block * headSize;
            FloatVector a = FloatVector.zero(SPECIES);
            for (int e = 0; e < headSize; e++) {
                a = FloatVector.broadcast(SPECIES, x[query + e])
                        .fma(FloatVector.fromArray(SPECIES, k, at + e * VECTOR), a);
            }
            a.mul(scale).intoArray(scores, block);
        }
    }

    /** The largest of {@code count} values; the places that fill the last vector up become -∞. */
    private static float largest(float[] x, int count) {
        for (int i = count; i < Vectors.whole(count); i++) {
            x[i] = Float.NEGATIVE_INFINITY;
        }
        FloatVector largest = FloatVector.fromArray(SPECIES, x, 0);
        for (int i = VECTOR; i < count; i += VECTOR) {
            largest = largest.max(FloatVector.fromArray(SPECIES, x, i));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** The sum of {@code count} values, added up in four sums. */
    private static float sum(float[] x, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        for (; i < count; i++) {
            a += x[i];
        }
        return a + b + (c + d);
    }

    /** Computes the sum of the values of {@code span} positions, each times its weight, times a factor. */
    private void mix(float[] v, int start, float[] weights, int span, float factor, float[] y, int yStart) {
        for (int e = 0; e < headSize; e += VECTOR) {
            FloatVector a = FloatVector.zero(SPECIES);
            FloatVector b = FloatVector.zero(SPECIES);
            FloatVector c = FloatVector.zero(SPECIES);
            FloatVector d = FloatVector.zero(SPECIES);
            int s = 0;
            for (; s + 3 < span; s += 4) {
                int at = start + s * width + e;
                a = FloatVector.broadcast(SPECIES, weights[s]).fma(FloatVector.fromArray(SPECIES, v, at), a);
                b = FloatVector.broadcast(SPECIES, weights[s + 1])
                        .fma(FloatVector.fromArray(SPECIES, v, at + width), b);
                c = FloatVector.broadcast(SPECIES, weights[s + 2])
                        .fma(FloatVector.fromArray(SPECIES, v, at + 2 * width), c);
                d = FloatVector.broadcast(SPECIES, weights[s + 3])
                        .fma(FloatVector.fromArray(SPECIES, v, at + 3 * width), d);
            }
            for (; s < span; s++) {
                a = FloatVector.broadcast(SPECIES, weights[s])
                        .fma(FloatVector.fromArray(SPECIES, v, start + s * width + e), a);
            }
            // The places that fill a head up are overwritten by the next head, or lie behind the last one.
            a.add(b).add(c.add(d)).mul(factor).intoArray(y, yStart + e);
        }
    }
}
