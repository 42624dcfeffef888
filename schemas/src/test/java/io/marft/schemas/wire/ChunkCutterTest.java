package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunkCutterTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, ChunkCutter.SIZE - 1, ChunkCutter.SIZE, ChunkCutter.SIZE + 1, 3 * ChunkCutter.SIZE})
    void shouldCutAStreamAsItCutsAnArrayAndJoinBoth(int size) throws IOException {
        byte[] whole = new byte[size];
        Random random = new Random(size);
        random.nextBytes(whole);
        List<ByteBuffer> chunks = new ArrayList<>();
        try (ChunkCutter cutter = new ChunkCutter(chunks::add)) {
            for (int at = 0; at < size; ) {
                int count = Math.min(1 + random.nextInt(100_000), size - at);
                cutter.write(whole, at, count);
                at += count;
            }
        }

        assertEquals(ChunkCutter.cut(whole), chunks);
        assertEquals(ChunkCutter.count(size), chunks.size());
        assertTrue(chunks.stream().allMatch(chunk -> chunk.remaining() <= ChunkCutter.SIZE));
        ChunkSet set = new ChunkSet();
        for (int i = 0; i < chunks.size(); i++) {
            set.add(i, chunks.get(i));
        }
        assertArrayEquals(whole, set.join(chunks.size()));
    }

    /** More bytes than an {@code int} counts. */
    @Test
    void shouldCountTheChunksOfThreeGibibytes() {
        assertEquals(6 * 1024, ChunkCutter.count(3L << 30));
        assertEquals(6 * 1024 + 1, ChunkCutter.count((3L << 30) + 1));
    }
}
