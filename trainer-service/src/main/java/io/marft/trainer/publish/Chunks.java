package io.marft.trainer.publish;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cuts what is too large for one record into pieces well below the broker's limit, and joins them again. */
public final class Chunks {

    /** Bytes of a piece at most. */
    static final int SIZE = 512 * 1024;

    /** What every Java can hold in one array. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private Chunks() {}

    /** The pieces in order; at least one. */
    static List<ByteBuffer> cut(byte[] whole) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (long from = 0; from == 0 || from < whole.length; from += SIZE) {
            int at = (int) from;
            pieces.add(ByteBuffer.wrap(whole, at, Math.min(SIZE, whole.length - at))
                    .slice());
        }
        return pieces;
    }

    /** Cuts what is written to it, which never lies in one array. */
    static final class Cutter extends OutputStream {

        private final List<ByteBuffer> full = new ArrayList<>();
        private ByteBuffer piece = ByteBuffer.allocate(SIZE);

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            for (int at = from; at < from + count; ) {
                if (!piece.hasRemaining()) {
                    full.add(piece.flip());
                    piece = ByteBuffer.allocate(SIZE);
                }
                int fits = Math.min(piece.remaining(), from + count - at);
                piece.put(bytes, at, fits);
                at += fits;
            }
        }

        /** The pieces in order; at least one. Nothing is to be written any more. */
        List<ByteBuffer> pieces() {
            full.add(piece.flip());
            return full;
        }
    }

    /**
     * The whole of pieces in order.
     *
     * @throws IllegalArgumentException if that is more than one array holds
     */
    public static byte[] join(List<ByteBuffer> pieces) {
        long size = pieces.stream().mapToLong(ByteBuffer::remaining).sum();
        if (size > LARGEST) {
            throw new IllegalArgumentException(
                    "chunks must have at most " + LARGEST + " bytes together to be joined, got: " + size);
        }
        ByteBuffer whole = ByteBuffer.allocate((int) size);
        pieces.forEach(piece -> whole.put(piece.duplicate()));
        return whole.array();
    }

    /** The whole of pieces in order, which are not copied. */
    static InputStream stream(List<ByteBuffer> pieces) {
        return new SequenceInputStream(
                Collections.enumeration(pieces.stream().map(Chunks::stream).toList()));
    }

    private static InputStream stream(ByteBuffer piece) {
        return new ByteArrayInputStream(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
    }
}
