package io.marft.schemas.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Sha256Test {

    /** The first example of FIPS 180-2, appendix B.1. */
    private static final String ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final byte[] BYTES = "abc".getBytes(StandardCharsets.US_ASCII);

    @Test
    void shouldBeTheStandardsDigestHoweverTheBytesCome() throws IOException {
        Sha256 written = new Sha256();
        try (OutputStream out = written.through(OutputStream.nullOutputStream())) {
            out.write(BYTES);
        }

        assertEquals(ABC, Sha256.of(BYTES));
        assertEquals(ABC, Sha256.of(new ByteArrayInputStream(BYTES)));
        assertEquals(
                ABC, new Sha256().add("a").add(ByteBuffer.wrap(BYTES, 1, 2)).text());
        assertEquals(ABC, written.text());
        assertEquals(32, new Sha256().add("abc").bytes().length);
    }
}
