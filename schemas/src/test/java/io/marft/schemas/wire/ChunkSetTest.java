package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ChunkSetTest {

    private final ChunkSet chunks = new ChunkSet();

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    @Test
    void shouldJoinByIndexInWhateverOrderChunksCome() {
        chunks.add(2, bytes(5));
        chunks.add(0, bytes(1, 2));
        assertFalse(chunks.isWhole(3));
        chunks.add(1, bytes(3, 4));

        assertTrue(chunks.isWhole(3));
        assertEquals(5, chunks.bytes(3));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, chunks.join(3));
    }

    @Test
    void shouldNameTheGap() {
        chunks.add(0, bytes(1));
        chunks.add(2, bytes(3));

        assertEquals(2, chunks.present(3));
        assertEquals(
                "chunks must be all there to be joined, got: 2 of 3",
                assertThrows(IllegalArgumentException.class, () -> chunks.join(3))
                        .getMessage());
    }

    @Test
    void shouldNotCountAStrangeChunkForAMissingOne() {
        chunks.add(0, bytes(1));
        chunks.add(7, bytes(9));
        chunks.add(-1, bytes(9));
        assertFalse(chunks.isWhole(2));
        assertEquals(1, chunks.present(2));

        chunks.add(1, bytes(2));

        assertArrayEquals(new byte[] {1, 2}, chunks.join(2));
    }

    @Test
    void shouldTakeTheLaterOfTwoChunksOfOnePlace() {
        chunks.add(0, bytes(1));
        chunks.add(0, bytes(2));

        assertArrayEquals(new byte[] {2}, chunks.join(1));
    }

    @Test
    void shouldHoldNothingOfNoChunks() {
        for (int none : new int[] {0, -3}) {
            assertTrue(chunks.isWhole(none));
            assertArrayEquals(new byte[0], chunks.join(none));
        }
        assertFalse(chunks.isWhole(1));
    }

    @Test
    void shouldReadEachChunkAsOftenAsItIsAsked() {
        chunks.add(0, bytes(1, 2).asReadOnlyBuffer());
        chunks.add(1, bytes(0, 3, 0).position(1).limit(2).slice());

        for (int i = 0; i < 2; i++) {
            assertArrayEquals(new byte[] {1, 2, 3}, chunks.join(2));
        }
    }

    /** Two thousand chunks of a mebibyte, which share their bytes. */
    @Test
    void shouldRefuseInOneArrayWhatNoArrayHolds() {
        ByteBuffer large = ByteBuffer.allocate(1 << 20);
        for (int i = 0; i < 2048; i++) {
            chunks.add(i, large);
        }

        assertEquals(2048L << 20, chunks.bytes(2048));
        assertEquals(
                "chunks must have at most 2147483639 bytes together to be joined, got: 2147483648",
                assertThrows(IllegalArgumentException.class, () -> chunks.join(2048))
                        .getMessage());
    }
}
