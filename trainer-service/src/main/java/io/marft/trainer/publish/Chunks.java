package io.marft.trainer.publish;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Cuts what is too large for one record into pieces well below the broker's limit, and joins them again. */
public final class Chunks {

    /** Bytes of a piece at most. */
    static final int SIZE = 512 * 1024;

    private Chunks() {}

    /** The pieces in order; at least one. */
    static List<ByteBuffer> cut(byte[] whole) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int from = 0; from == 0 || from < whole.length; from += SIZE) {
            pieces.add(ByteBuffer.wrap(whole, from, Math.min(SIZE, whole.length - from))
                    .slice());
        }
        return pieces;
    }

    /** The whole of pieces in order. */
    public static byte[] join(List<ByteBuffer> pieces) {
        ByteBuffer whole = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(piece -> whole.put(piece.duplicate()));
        return whole.array();
    }
}
