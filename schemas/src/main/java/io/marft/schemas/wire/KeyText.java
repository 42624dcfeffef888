package io.marft.schemas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A record's key as text, without losing a byte of it. The system's keys are UTF-8; whatever else comes as a key is kept
 * as one character for each byte, from a range that no UTF-8 decodes to (unpaired surrogates). So it equals no sound key,
 * and its dead letter has the bytes that came.
 */
public final class KeyText {

    /** Byte 0 of a key that is no UTF-8; the others follow. */
    private static final char FIRST = '\uDC00';

    private static final int MOST_SHOWN = 100;

    private KeyText() {}

    /** A consumer's deserializer of keys. */
    public static final class KeyDeserializer implements Deserializer<String> {
        @Override
        public String deserialize(String topic, byte[] key) {
            return text(key);
        }
    }

    /** A producer's serializer of keys. */
    public static final class KeySerializer implements Serializer<String> {
        @Override
        public byte[] serialize(String topic, String key) {
            return bytes(key);
        }
    }

    /** The text of a key's bytes; null for null. */
    public static String text(byte[] key) {
        if (key == null) {
            return null;
        }
        String text = new String(key, StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), key)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(key.length);
        for (byte each : key) {
            escaped.append((char) (FIRST + (each & 0xff)));
        }
        return escaped.toString();
    }

    /** The bytes that {@link #text} was made of; null for null. */
    public static byte[] bytes(String text) {
        if (text == null) {
            return null;
        }
        if (!escaped(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        byte[] key = new byte[text.length()];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (text.charAt(i) - FIRST);
        }
        return key;
    }

    /** Why a record has not the key that its value calls for, in one line; empty if it has. */
    public static Optional<String> mismatch(String key, String wanted) {
        if (wanted.isEmpty()) {
            return Optional.of("what it should have for a key is empty: an id or name has at least one character");
        }
        return wanted.equals(key)
                ? Optional.empty()
                : Optional.of(shown(key) + ", but the value calls for '" + cut(wanted) + "'");
    }

    private static String shown(String key) {
        if (key == null) {
            return "key is missing";
        }
        return escaped(key)
                ? "key is no UTF-8 but bytes " + cut(HexFormat.of().formatHex(bytes(key)))
                : "key is '" + cut(key) + "'";
    }

    private static boolean escaped(String text) {
        return !text.isEmpty() && Character.isLowSurrogate(text.charAt(0));
    }

    private static String cut(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }
}
