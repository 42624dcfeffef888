package io.marft.trainer.state;

import io.marft.schemas.digest.Sha256;
import java.nio.ByteBuffer;

/** Derives independent seeds from one, each for a purpose with a name. */
public final class Seeds {

    private Seeds() {}

    /** The first eight bytes of SHA-256 over seed and purpose. */
    public static long derive(long seed, String purpose) {
        Sha256 digest =
                new Sha256().add(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
        return ByteBuffer.wrap(digest.add(purpose).bytes()).getLong();
    }
}
