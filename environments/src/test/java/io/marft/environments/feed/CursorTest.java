package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class CursorTest {

    @Test
    void shouldReadWhatItWrites() {
        assertEquals("next=42", new Cursor(40).plus(2).metadata());
        assertEquals(new Cursor(42), Cursor.parse("next=42"));
    }

    @Test
    void shouldRefuseTheMetadataOfOthers() {
        for (String strange : List.of("", "42", "next=", "next=-1", "next=99999999999999999999", "next=1 ")) {
            assertThrows(IllegalStateException.class, () -> Cursor.parse(strange), strange);
        }
    }
}
