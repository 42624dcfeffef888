package io.marft.schemas.digest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes that come piece by piece. Used for one digest, by one thread. */
public final class Sha256 {

    private final MessageDigest digest;

    public Sha256() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The digest {@code sha256:…} of an array. */
    public static String of(byte[] bytes) {
        return new Sha256().add(ByteBuffer.wrap(bytes)).text();
    }

    /** The digest {@code sha256:…} of the rest of a stream. */
    public static String of(InputStream bytes) throws IOException {
        Sha256 digest = new Sha256();
        bytes.transferTo(digest.through(OutputStream.nullOutputStream()));
        return digest.text();
    }

    /** Takes what remains of a buffer. */
    public Sha256 add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /** Takes a text's bytes in UTF-8. */
    public Sha256 add(String text) {
        return add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A stream that takes what is written to another. */
    public OutputStream through(OutputStream out) {
        return new DigestOutputStream(out, digest);
    }

    /** The 32 bytes of the digest. Nothing is to be added any more. */
    public byte[] bytes() {
        return digest.digest();
    }

    /** The digest as {@code sha256:} and 64 hexadecimal digits. Nothing is to be added any more. */
    public String text() {
        return "sha256:" + HexFormat.of().formatHex(bytes());
    }
}
