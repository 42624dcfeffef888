package io.marft.schemas.wire;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what is too large for one record into chunks well below the broker's limit. What is written to it never lies in one
 * array. {@link ChunkSet} puts chunks together again.
 */
public final class ChunkCutter extends OutputStream {

    /** Bytes of a chunk at most. */
    public static final int SIZE = 512 * 1024;

    private final List<ByteBuffer> full = new ArrayList<>();
    private ByteBuffer chunk = ByteBuffer.allocate(SIZE);

    /** The chunks of an array in order, at least one. They share the array's bytes. */
    public static List<ByteBuffer> cut(byte[] whole) {
        List<ByteBuffer> chunks = new ArrayList<>();
        for (long from = 0; from == 0 || from < whole.length; from += SIZE) {
            int at = (int) from;
            chunks.add(ByteBuffer.wrap(whole, at, Math.min(SIZE, whole.length - at))
                    .slice());
        }
        return chunks;
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        for (int at = from; at < from + count; ) {
            if (!chunk.hasRemaining()) {
                full.add(chunk.flip());
                chunk = ByteBuffer.allocate(SIZE);
            }
            int fits = Math.min(chunk.remaining(), from + count - at);
            chunk.put(bytes, at, fits);
            at += fits;
        }
    }

    /** The chunks in order, at least one. Nothing is to be written any more. */
    public List<ByteBuffer> chunks() {
        full.add(chunk.flip());
        return full;
    }
}
