package io.marft.policy.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {

    /** Values that every type holds exactly. */
    private static final Tensor MATRIX = Tensor.matrix(3, 2, new float[] {1, -2, 0.5f, 65280, -0f, 0x1p-20f});

    private static final Tensor VECTOR = new Tensor(List.of(3), new float[] {7, 8, 9});

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("weights.safetensors");
    }

    @Test
    void shouldReadEveryTypeAsFloat32() throws IOException {
        for (DType type : DType.values()) {
            WeightFiles.write(file, Map.of("matrix", MATRIX), type);

            SafeTensors.View view = SafeTensors.open(file).get("matrix");

            assertEquals(type, view.dtype());
            assertEquals(List.of(3, 2), view.shape());
            assertEquals(6L * type.size(), view.size());
            assertArrayEquals(MATRIX.values(), view.toTensor().values(), type.name());
        }
    }

    @Test
    void shouldGiveTheBytesThatAreAskedFor() throws IOException {
        WeightFiles.write(file, Map.of("matrix", MATRIX), DType.F32);
        SafeTensors.View mapped = SafeTensors.open(file).get("matrix");
        SafeTensors.View parsed =
                SafeTensors.parse(Files.readAllBytes(file), file).get("matrix");

        for (SafeTensors.View view : List.of(mapped, parsed)) {
            ByteBuffer rows = view.bytes(8, 16);
            assertEquals(16, rows.remaining());
            assertEquals(0.5f, rows.getFloat(0));
            assertEquals(0x1p-20f, rows.getFloat(12));
            assertEquals(-2, view.bytes(4, 4).getFloat(0));
            assertThrows(IndexOutOfBoundsException.class, () -> view.bytes(20, 8));
        }
    }

    @Test
    void shouldReadATensorThatNoBufferCanHold() throws IOException {
        int columns = 1 << 16;
        int rows = 3 << 14;
        byte[] header = header("BF16", "[" + rows + "," + columns + "]", 2L * rows * columns);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(header));
            ByteBuffer last =
                    ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) 0x3f80);
            channel.write(last, header.length + 2L * rows * columns - 2);
        }

        SafeTensors.View view = SafeTensors.open(file).get("a");

        assertEquals(6L << 30, view.size());
        assertEquals(1, DType.BF16.at(view.bytes(view.size() - 4, 4), 2));
        assertEquals(0, DType.BF16.at(view.bytes(view.size() - 4, 4), 0));
    }

    @Test
    void shouldGiveEqualBytesForEqualContent() throws IOException {
        Map<String, Tensor> tensors = Map.of("vector", VECTOR);
        SafeTensors.write(file, tensors);

        assertArrayEquals(SafeTensors.write(tensors), Files.readAllBytes(file));
        assertArrayEquals(
                VECTOR.values(), SafeTensors.open(file).get("vector").toTensor().values());
    }

    @Test
    void shouldRefuseATypeOfNumberThatItCannotRead() throws IOException {
        for (String type : List.of("I64", "F8_E4M3", "F64")) {
            Files.write(file, header(type, "[0]", 0));
            assertFault("tensor a must have one of the dtypes F32, BF16, F16, got: \"" + type
                    + "\"; convert it to one of them");
        }
    }

    @Test
    void shouldRefuseOffsetsThatDoNotFitAShape() throws IOException {
        Files.write(file, header("BF16", "[1]", 4));
        assertFault("tensor a of BF16 has shape [1] but offsets [0,4]");
        Files.write(file, header("F32", "[1]", 4));
        assertFault("is truncated: tensor a ends at byte");
        Files.write(file, header("F32", "[-1]", 0));
        assertFault("tensor a of F32 has shape [-1] but offsets [0,0]");
    }

    private static byte[] header(String dtype, String shape, long size) {
        byte[] json = ("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[0," + size
                        + "]}}")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Long.BYTES + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private void assertFault(String fault) {
        String message = assertThrows(CheckpointException.class, () -> SafeTensors.open(file))
                .getMessage();
        assertTrue(message.startsWith(file + ": " + fault), message);
        assertFalse(message.contains("\n"), message);
    }
}
