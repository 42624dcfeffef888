package io.marft.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What stands before a record's bytes in Confluent's wire format: the magic byte 0 and the id of the schema that wrote
 * them, four bytes with the highest first.
 */
final class Frame {

    /** How many bytes the frame has. */
    static final int LENGTH = 5;

    private static final byte MAGIC = 0;

    private Frame() {}

    /** Why bytes do not begin with a frame; empty if they do. */
    static Optional<String> refuse(byte[] bytes) {
        if (bytes.length < LENGTH) {
            return Optional.of(
                    "value has " + bytes.length + " bytes, a frame of magic byte and schema id has " + LENGTH);
        }
        if (bytes[0] != MAGIC) {
            return Optional.of("value begins with byte " + bytes[0] + ", not with the magic byte " + MAGIC);
        }
        return Optional.empty();
    }

    /** The schema's id; bytes that {@link #refuse} takes exception to have none. */
    static int schemaId(byte[] bytes) {
        return ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    }

    /** Writes a frame. */
    static void write(int schemaId, ByteArrayOutputStream out) {
        out.write(MAGIC);
        out.write(schemaId >>> 24);
        out.write(schemaId >>> 16);
        out.write(schemaId >>> 8);
        out.write(schemaId);
    }
}
