package io.marft.policy.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Reads and writes the safetensors format: 8 bytes with the length of a JSON header, little-endian, then the header, then the
 * tensors' bytes.
 *
 * <p>Opening a file reads its header only. Values are read when they are asked for, in pieces into a buffer of the caller's,
 * never by a map of the file into memory: Java takes such maps away only when it collects garbage. So a checkpoint may be
 * larger than the heap, and a tensor larger than a buffer. The writer keeps the order of its map, so equal content gives equal
 * bytes.
 */
public final class SafeTensors {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    private static final int ALIGNMENT = 8;
    private static final int LONGEST_HEADER = 100_000_000;

    /** A good capacity, in bytes, for the buffer that pieces of tensors are read into. */
    public static final int BUFFER = 1 << 24;

    private SafeTensors() {}

    /** Where a tensor's bytes are. */
    @FunctionalInterface
    interface Source {
        /** Fills a buffer, from its position to its limit, with the bytes from {@code start} on. */
        void read(long start, ByteBuffer into) throws IOException;

        /** A buffer of {@code size} bytes from {@code start} on. */
        default ByteBuffer at(long start, int size) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
            read(start, bytes);
            return bytes.flip();
        }
    }

    /**
     * One tensor of a file, whose values are read when they are asked for. Thread-safe.
     *
     * @param dtype how a value is stored
     * @param shape sizes of the dimensions
     * @param start place of the tensor's first byte in {@code source}
     * @param source the file or array that holds the tensor
     */
    public record View(DType dtype, List<Integer> shape, long start, Source source) {

        /** How many values the tensor has. */
        public long count() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }

        /** How many bytes the tensor has. */
        public long size() {
            return count() * dtype.size();
        }

        /**
         * Some of the tensor's bytes, little-endian.
         *
         * @param offset counted from the tensor's first byte
         * @throws UncheckedIOException if the file can no longer be read
         */
        public ByteBuffer bytes(long offset, int size) {
            Objects.checkFromIndexSize(offset, size, size());
            try {
                return source.at(start + offset, size);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Reads all bytes once, in order, in pieces that hold whole values.
         *
         * @param buffer each piece is read into it, one after the other; its capacity is the size of the largest piece
         * @param consumer gets the offset of a piece and the piece, little-endian
         * @throws UncheckedIOException if the file can no longer be read
         */
        public void pieces(ByteBuffer buffer, BiConsumer<Long, ByteBuffer> consumer) {
            int most = buffer.capacity() / dtype.size() * dtype.size();
            for (long offset = 0; offset < size(); offset += most) {
                buffer.clear().limit((int) Math.min(most, size() - offset));
                try {
                    source.read(start + offset, buffer);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                consumer.accept(offset, buffer.flip().order(ByteOrder.LITTLE_ENDIAN));
            }
        }

        /** Copies the tensor to the heap, in float32; it must have fewer than 2³¹ values. */
        public Tensor toTensor() {
            float[] values = new float[Math.toIntExact(count())];
            pieces(ByteBuffer.allocate((int) Math.min(BUFFER, size())), (offset, piece) -> {
                int at = (int) (offset / dtype.size());
                for (int i = 0; i < piece.limit(); i += dtype.size()) {
                    values[at++] = dtype.at(piece, i);
                }
            });
            return new Tensor(shape, values);
        }
    }

    /** A tensor's entry in a header; {@code start} counts from the end of the header. */
    private record Slot(String name, DType dtype, List<Integer> shape, long start, long size) {}

    /**
     * Finds all tensors of a file, by name in the order of the header.
     *
     * @throws CheckpointException if the file is missing, truncated, or not safetensors of types that can be read
     */
    public static Map<String, View> open(Path file) {
        try {
            return read(Files.size(file), (start, into) -> read(file, start, into), file);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", e);
        }
    }

    /**
     * Reads all tensors of an array in memory, by name in the order of the header.
     *
     * @param origin names the bytes in errors
     * @throws CheckpointException if they are truncated or not safetensors of types that can be read
     */
    public static Map<String, View> parse(byte[] content, Path origin) {
        try {
            Source source = (start, into) -> into.put(content, Math.toIntExact(start), into.remaining());
            return read(content.length, source, origin);
        } catch (IOException e) {
            throw new CheckpointException(origin, "cannot be read (" + e + ")", e);
        }
    }

    private static void read(Path file, long start, ByteBuffer into) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long at = start;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    throw new EOFException(file + " has become shorter while it was read");
                }
                at += count;
            }
        }
    }

    /**
     * The metadata of a file: what it says about itself beside its tensors.
     *
     * @throws CheckpointException if the file is missing, truncated, or not safetensors
     */
    public static Map<String, String> metadata(Path file) {
        try {
            Header header = header(Files.size(file), (start, into) -> read(file, start, into), file);
            Map<String, String> metadata = new LinkedHashMap<>();
            header.json()
                    .path(METADATA)
                    .properties()
                    .forEach(entry ->
                            metadata.put(entry.getKey(), entry.getValue().asText()));
            return metadata;
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", e);
        }
    }

    /** Writes tensors into one array, in the order of the map. */
    public static byte[] write(Map<String, Tensor> tensors) {
        return write(tensors, Map.of());
    }

    /** As {@link #write(Map)}, with metadata. */
    public static byte[] write(Map<String, Tensor> tensors, Map<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = header.putObject(METADATA);
            new TreeMap<>(metadata).forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", "F32");
            tensor.shape().forEach(node.putArray("shape")::add);
            long end = offset + (long) tensor.values().length * Float.BYTES;
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Long.BYTES + padded + offset))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(json);
        while (bytes.position() < Long.BYTES + padded) {
            bytes.put((byte) ' ');
        }
        for (Tensor tensor : tensors.values()) {
            bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(tensor.values());
            bytes.position(bytes.position() + tensor.values().length * Float.BYTES);
        }
        return bytes.array();
    }

    /** Writes tensors to a file, in the order of the map. */
    public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(write(tensors));
        }
    }

    /** A file's header, and the place of the first byte behind it. */
    private record Header(JsonNode json, long end) {}

    private static Header header(long length, Source source, Path origin) throws IOException {
        if (length < Long.BYTES) {
            throw new CheckpointException(
                    origin, "is truncated: " + length + " bytes cannot hold a header; copy it again");
        }
        long size = source.at(0, Long.BYTES).getLong();
        if (size < 2 || size > LONGEST_HEADER) {
            throw new CheckpointException(origin, "is not safetensors: its header would have " + size + " bytes");
        }
        if (Long.BYTES + size > length) {
            throw new CheckpointException(
                    origin, "is truncated: header of " + size + " bytes in a file of " + length + "; copy it again");
        }
        byte[] bytes = new byte[(int) size];
        source.at(Long.BYTES, bytes.length).get(bytes);
        try {
            return new Header(JSON.readTree(new String(bytes, StandardCharsets.UTF_8)), Long.BYTES + size);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(origin, "is not safetensors: its header is not JSON", e);
        }
    }

    private static Map<String, View> read(long length, Source source, Path origin) throws IOException {
        Header header = header(length, source, origin);
        Map<String, View> views = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.json().properties()) {
            if (entry.getKey().equals(METADATA)) {
                continue;
            }
            Slot slot = slot(entry.getKey(), entry.getValue(), origin);
            long start = header.end() + slot.start();
            if (start + slot.size() > length) {
                throw new CheckpointException(
                        origin,
                        "is truncated: tensor " + slot.name() + " ends at byte " + (start + slot.size()) + " of "
                                + length + "; copy it again");
            }
            views.put(slot.name(), new View(slot.dtype(), slot.shape(), start, source));
        }
        return views;
    }

    private static Slot slot(String name, JsonNode node, Path origin) {
        DType dtype = DType.of(node.path("dtype").asText())
                .orElseThrow(() -> new CheckpointException(
                        origin,
                        "tensor " + name + " must have one of the dtypes " + DType.supported() + ", got: "
                                + node.path("dtype") + "; convert it to one of them"));
        List<Integer> shape = new ArrayList<>();
        node.path("shape").forEach(size -> shape.add(size.asInt(-1)));
        long start = node.path("data_offsets").path(0).asLong(-1);
        long size = node.path("data_offsets").path(1).asLong(-1) - start;
        long expected = shape.stream().mapToLong(Integer::longValue).reduce(dtype.size(), (a, b) -> a * b);
        if (start < 0 || size < 0 || size != expected || shape.stream().anyMatch(s -> s < 0)) {
            throw new CheckpointException(
                    origin,
                    "tensor " + name + " of " + dtype + " has shape " + shape + " but offsets "
                            + node.path("data_offsets"));
        }
        return new Slot(name, dtype, List.copyOf(shape), start, size);
    }
}
