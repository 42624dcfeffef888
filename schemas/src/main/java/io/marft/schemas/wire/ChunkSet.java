package io.marft.schemas.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chunks of one whole, which may come in any order and more than once. How many there must be is known to whoever asks,
 * from a manifest or from the chunks themselves; a chunk whose index is beyond that is none of the whole's and is left
 * out. Chunks are not copied before they are joined.
 *
 * <p>Not thread-safe.
 */
public final class ChunkSet {

    /** What every Java can hold in one array. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private final SortedMap<Integer, ByteBuffer> chunks = new TreeMap<>();

    /** Takes a chunk. One that comes again takes the place of the one before. */
    public void add(int index, ByteBuffer data) {
        chunks.put(index, data);
    }

    /** How many of the chunks with an index from 0 to {@code count - 1} are there. */
    public int present(int count) {
        return count <= 0 ? 0 : chunks.subMap(0, count).size();
    }

    /** Whether all chunks with an index from 0 to {@code count - 1} are there. */
    public boolean isWhole(int count) {
        return chunks.size() >= count && present(count) == Math.max(0, count);
    }

    /** How many bytes the whole has. */
    public long bytes(int count) {
        return ordered(count).stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /**
     * The whole in one array.
     *
     * @throws IllegalArgumentException if chunks are missing, or the whole is more than one array holds
     */
    public byte[] join(int count) {
        long size = bytes(count);
        if (size > LARGEST) {
            throw new IllegalArgumentException(
                    "chunks must have at most " + LARGEST + " bytes together to be joined, got: " + size);
        }
        ByteBuffer whole = ByteBuffer.allocate((int) size);
        ordered(count).forEach(chunk -> whole.put(chunk.duplicate()));
        return whole.array();
    }

    private List<ByteBuffer> ordered(int count) {
        if (!isWhole(count)) {
            throw new IllegalArgumentException(
                    "chunks must be all there to be joined, got: " + present(count) + " of " + count);
        }
        return count <= 0 ? List.of() : new ArrayList<>(chunks.subMap(0, count).values());
    }
}
