package io.marft.schemas.wire;

import io.marft.schemas.digest.Sha256;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
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

    /**
     * The whole as a stream.
     *
     * @throws IllegalArgumentException if chunks are missing
     */
    public InputStream stream(int count) {
        return new SequenceInputStream(Collections.enumeration(
                ordered(count).stream().map(ChunkSet::stream).toList()));
    }

    /**
     * The digest {@code sha256:…} of the whole.
     *
     * @throws IllegalArgumentException if chunks are missing
     */
    public String digest(int count) {
        Sha256 digest = new Sha256();
        ordered(count).forEach(chunk -> digest.add(chunk.duplicate()));
        return digest.text();
    }

    private List<ByteBuffer> ordered(int count) {
        if (!isWhole(count)) {
            throw new IllegalArgumentException(
                    "chunks must be all there to be joined, got: " + present(count) + " of " + count);
        }
        return count <= 0 ? List.of() : new ArrayList<>(chunks.subMap(0, count).values());
    }

    private static InputStream stream(ByteBuffer chunk) {
        if (chunk.hasArray()) {
            return new ByteArrayInputStream(chunk.array(), chunk.arrayOffset() + chunk.position(), chunk.remaining());
        }
        byte[] bytes = new byte[chunk.remaining()];
        chunk.duplicate().get(bytes);
        return new ByteArrayInputStream(bytes);
    }
}
