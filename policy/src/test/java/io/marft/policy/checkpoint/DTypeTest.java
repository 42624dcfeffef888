package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class DTypeTest {

    @Test
    void shouldReadValuesThatAPersonCanCheck() {
        assertEquals(1f, value(DType.F16, 0x3c00));
        assertEquals(-2f, value(DType.F16, 0xc000));
        assertEquals(65504f, value(DType.F16, 0x7bff));
        assertEquals(0x1p-24f, value(DType.F16, 0x0001));
        assertEquals(0x1p-14f - 0x1p-24f, value(DType.F16, 0x03ff));
        assertEquals(0x1p-14f, value(DType.F16, 0x0400));
        assertEquals(-0f, value(DType.F16, 0x8000));
        assertEquals(Float.NEGATIVE_INFINITY, value(DType.F16, 0xfc00));
        assertTrue(Float.isNaN(value(DType.F16, 0x7c01)));
        assertEquals(1f, value(DType.BF16, 0x3f80));
        assertEquals(-1.5f, value(DType.BF16, 0xbfc0));
        assertEquals(Float.POSITIVE_INFINITY, value(DType.BF16, 0x7f80));
    }

    @Test
    void shouldFindEveryValueThatIsNotFiniteAndNoOther() {
        for (DType type : new DType[] {DType.BF16, DType.F16}) {
            for (int bits = 0; bits < 1 << 16; bits++) {
                float value = value(type, bits);
                for (int at : new int[] {0, 3, 5}) {
                    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.putShort(2 * at, (short) bits);
                    assertEquals(Float.isFinite(value) ? -1 : at, type.firstNotFinite(bytes), type + " " + bits);
                }
            }
        }
    }

    @Test
    void shouldFindAFloatThatIsNotFiniteAmongExtremes() {
        float[] finite = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f, 0};
        for (float other : finite) {
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (int at = 0; at < 5; at++) {
                    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < 5; i++) {
                        bytes.putFloat(4 * i, other);
                    }
                    assertEquals(-1, DType.F32.firstNotFinite(bytes));
                    bytes.putFloat(4 * at, value);
                    assertEquals(at, DType.F32.firstNotFinite(bytes));
                }
            }
        }
    }

    private static float value(DType type, int bits) {
        return type.at(ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits), 0);
    }
}
