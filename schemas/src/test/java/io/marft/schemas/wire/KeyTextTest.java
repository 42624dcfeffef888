package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void shouldKeepEveryByteOfAnyKey() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = new byte[random.nextInt(12)];
            random.nextBytes(key);

            assertArrayEquals(key, KeyText.bytes(KeyText.text(key)));
        }
    }

    @Test
    void shouldReadUtf8AsWhatItSays() {
        assertEquals("épisode-1 🚀", KeyText.text(KeyText.bytes("épisode-1 🚀")));
        assertEquals("", KeyText.text(new byte[0]));
        assertNull(KeyText.text(null));
        assertNull(KeyText.bytes(null));
    }

    @Test
    void shouldSayWhatIsWrongWithAKey() {
        assertEquals(Optional.empty(), KeyText.mismatch("e", "e"));
        assertEquals(Optional.of("key is 'f', but the value calls for 'e'"), KeyText.mismatch("f", "e"));
        assertEquals(Optional.of("key is missing, but the value calls for 'e'"), KeyText.mismatch(null, "e"));
        assertEquals(
                Optional.of("key is no UTF-8 but bytes ff00, but the value calls for 'e'"),
                KeyText.mismatch(KeyText.text(new byte[] {(byte) 0xff, 0}), "e"));
    }
}
