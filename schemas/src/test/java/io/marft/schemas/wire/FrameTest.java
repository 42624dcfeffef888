package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrameTest {

    @Test
    void shouldBeTheMagicByteAndTheIdWithItsHighestByteFirst() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Frame.write(0x01020304, out);

        assertArrayEquals(new byte[] {0, 1, 2, 3, 4}, out.toByteArray());
    }

    @Test
    void shouldReadBackAnyId() {
        for (int id : new int[] {0, 1, -1, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Frame.write(id, out);

            assertEquals(Optional.empty(), Frame.refuse(out.toByteArray()));
            assertEquals(id, Frame.schemaId(out.toByteArray()));
        }
    }

    @Test
    void shouldSayWhatIsNoFrame() {
        assertEquals(
                Optional.of("value has 4 bytes, a frame of magic byte and schema id has 5"), Frame.refuse(new byte[4]));
        assertEquals(
                Optional.of("value begins with byte -1, not with the magic byte 0"),
                Frame.refuse(new byte[] {-1, 0, 0, 0, 0}));
    }
}
