package io.marft.policy.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A float32 tensor on Java's heap, row-major.
 *
 * @param shape sizes of the dimensions
 * @param values as many as the product of the sizes; not copied, so nobody who shares the array may write to it
 */
public record Tensor(List<Integer> shape, float[] values) {

    /** @throws IllegalArgumentException if shape and number of values disagree */
    public Tensor {
        shape = List.copyOf(shape);
        long size = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (size != values.length) {
            throw new IllegalArgumentException(
                    "Tensor of shape " + shape + " needs " + size + " values, got: " + values.length);
        }
    }

    /** A matrix of {@code rows} times {@code columns}. */
    public static Tensor matrix(int rows, int columns, float[] values) {
        return new Tensor(List.of(rows, columns), values);
    }

    /** The values as little-endian bytes in memory outside of the heap. */
    public ByteBuffer toBytes() {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
