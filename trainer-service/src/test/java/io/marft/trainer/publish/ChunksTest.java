package io.marft.trainer.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunksTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Chunks.SIZE - 1, Chunks.SIZE, Chunks.SIZE + 1, 3 * Chunks.SIZE})
    void shouldCutAStreamAsItCutsAnArrayAndJoinBoth(int size) throws IOException {
        byte[] whole = new byte[size];
        Random random = new Random(size);
        random.nextBytes(whole);
        Chunks.Cutter cutter = new Chunks.Cutter();
        for (int at = 0; at < size; ) {
            int count = Math.min(1 + random.nextInt(100_000), size - at);
            cutter.write(whole, at, count);
            at += count;
        }
        List<ByteBuffer> pieces = cutter.pieces();

        assertEquals(Chunks.cut(whole), pieces);
        assertTrue(pieces.stream().allMatch(piece -> piece.remaining() <= Chunks.SIZE));
        assertArrayEquals(whole, Chunks.join(pieces));
        try (InputStream stream = Chunks.stream(pieces)) {
            assertArrayEquals(whole, stream.readAllBytes());
        }
    }
}
