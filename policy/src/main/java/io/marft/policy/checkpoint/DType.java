package io.marft.policy.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The type that a weight is stored in, little-endian; the names are those of safetensors. */
public enum DType {
    /** IEEE single precision. */
    F32(4, "float32", 0x7f80_0000_7f80_0000L) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.getFloat(offset);
        }
    },
    /** The upper half of single precision. */
    BF16(2, "bfloat16", 0x7f80_7f80_7f80_7f80L) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return Float.intBitsToFloat(bytes.getShort(offset) << 16);
        }
    },
    /** IEEE half precision. */
    F16(2, "float16", 0x7c00_7c00_7c00_7c00L) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return fromHalf(bytes.getShort(offset));
        }
    };

    private static final float SMALLEST_HALF = 0x1p-24f;

    private final int size;
    private final String torchName;
    private final long exponents;

    /** @param exponents the bits of the exponent in each value that a long holds; all set means not finite */
    DType(int size, String torchName, long exponents) {
        this.size = size;
        this.torchName = torchName;
        this.exponents = exponents;
    }

    /** The type of a name in a safetensors header; empty if it is none of these. */
    static Optional<DType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** The names of all types, for errors. */
    static String supported() {
        return Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", "));
    }

    /** How many bytes one value has. */
    public int size() {
        return size;
    }

    /** The name in {@code config.json}, such as {@code bfloat16}. */
    public String torchName() {
        return torchName;
    }

    /** The value at a byte of a little-endian buffer; float32 holds values of each type exactly. */
    abstract float at(ByteBuffer bytes, int offset);

    /**
     * The place of the first value that is infinite or not a number.
     *
     * <p>It looks at all values in a long at once. With all other bits cleared, adding the lowest bit of an exponent to the
     * exponent carries into the place of the sign if, and only if, all bits of the exponent are set.
     *
     * @param bytes little-endian; all of them are looked at
     * @return the index of the value, or -1 if all are finite
     */
    int firstNotFinite(ByteBuffer bytes) {
        long lowest = exponents & ~(exponents << 1);
        long signs = (exponents << 1) & ~exponents;
        int whole = bytes.limit() / Long.BYTES * Long.BYTES;
        for (int offset = 0; offset < whole; offset += Long.BYTES) {
            if ((((bytes.getLong(offset) & exponents) + lowest) & signs) != 0) {
                return firstNotFinite(bytes, offset);
            }
        }
        return firstNotFinite(bytes, whole);
    }

    private int firstNotFinite(ByteBuffer bytes, int from) {
        for (int offset = from; offset < bytes.limit(); offset += size) {
            if (!Float.isFinite(at(bytes, offset))) {
                return offset / size;
            }
        }
        return -1;
    }

    private static float fromHalf(short half) {
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        int sign = half & 0x8000;
        if (exponent == 0) {
            float value = fraction * SMALLEST_HALF;
            return sign == 0 ? value : -value;
        }
        int single = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat((sign << 16) | (single << 23) | (fraction << 13));
    }
}
