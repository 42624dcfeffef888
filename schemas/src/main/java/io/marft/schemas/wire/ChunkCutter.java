package io.marft.schemas.wire;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cuts what is too large for one record into chunks well below the broker's limit. Of what is written to it no more than one
 * chunk is held. {@link ChunkSet} puts chunks together again.
 *
 * <p>Not thread-safe.
 */
public final class ChunkCutter extends OutputStream {

    /** Bytes of a chunk at most. */
    public static final int SIZE = 512 * 1024;

    private final Consumer<ByteBuffer> to;
    private ByteBuffer chunk = ByteBuffer.allocate(SIZE);

    /** @param to is given each chunk in order as soon as it is full, and the last one when this is closed; it may keep them */
    public ChunkCutter(Consumer<ByteBuffer> to) {
        this.to = to;
    }

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

    /** How many chunks so many bytes make: at least one. */
    public static int count(long bytes) {
        return Math.toIntExact(Math.max(1, (bytes + SIZE - 1) / SIZE));
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        for (int at = from; at < from + count; ) {
            if (!chunk.hasRemaining()) {
                to.accept(chunk.flip());
                chunk = ByteBuffer.allocate(SIZE);
            }
            int fits = Math.min(chunk.remaining(), from + count - at);
            chunk.put(bytes, at, fits);
            at += fits;
        }
    }

    /** Hands over the last chunk. Nothing is to be written any more. */
    @Override
    public void close() {
        to.accept(chunk.flip());
    }
}
