package io.marft.policy.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
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

/**
 * The safetensors format, float32: 8 bytes little-endian length of a JSON header, the header, then the tensors' bytes.
 *
 * <p>Files are read through memory maps, one for each tensor, so that a checkpoint may be larger than the heap. The
 * writer keeps the order of its map, so equal content gives equal bytes.
 */
public final class SafeTensors {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALIGNMENT = 8;
    private static final int LONGEST_HEADER = 100_000_000;

    private SafeTensors() {}

    /**
     * One tensor of a file.
     *
     * @param shape sizes of the dimensions
     * @param bytes its values, float32 little-endian; read-only
     */
    public record View(List<Integer> shape, ByteBuffer bytes) {

        /** A copy on the heap. */
        public Tensor toTensor() {
            float[] values = new float[bytes.remaining() / Float.BYTES];
            bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            return new Tensor(shape, values);
        }
    }

    private record Slot(String name, List<Integer> shape, long start, long size) {}

    private interface Source {
        ByteBuffer at(long start, long size) throws IOException;
    }

    /**
     * Maps all tensors of a file, by name in the order of the header.
     *
     * @throws CheckpointException if the file is missing, truncated, or not float32 safetensors
     */
    public static Map<String, View> map(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            return read(channel.size(), (start, size) -> channel.map(FileChannel.MapMode.READ_ONLY, start, size), file);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", e);
        }
    }

    /**
     * Reads all tensors of an array in memory, by name in the order of the header.
     *
     * @param origin what to call the bytes in errors
     * @throws CheckpointException if they are truncated or not float32 safetensors
     */
    public static Map<String, View> parse(byte[] content, Path origin) {
        try {
            Source source = (start, size) -> ByteBuffer.wrap(content, Math.toIntExact(start), Math.toIntExact(size))
                    .slice()
                    .asReadOnlyBuffer();
            return read(content.length, source, origin);
        } catch (IOException e) {
            throw new CheckpointException(origin, "cannot be read (" + e + ")", e);
        }
    }

    /** The tensors as one array, in the order of the map. */
    public static byte[] write(Map<String, Tensor> tensors) {
        ObjectNode header = JSON.createObjectNode();
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

    /** Writes the tensors to a file, in the order of the map. */
    public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(write(tensors));
        }
    }

    private static Map<String, View> read(long length, Source source, Path origin) throws IOException {
        if (length < Long.BYTES) {
            throw new CheckpointException(
                    origin, "is truncated: " + length + " bytes cannot hold a header; copy it again");
        }
        long header = source.at(0, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (header < 2 || header > LONGEST_HEADER) {
            throw new CheckpointException(origin, "is not safetensors: its header would have " + header + " bytes");
        }
        if (Long.BYTES + header > length) {
            throw new CheckpointException(
                    origin, "is truncated: header of " + header + " bytes in a file of " + length + "; copy it again");
        }
        byte[] json = new byte[(int) header];
        source.at(Long.BYTES, header).get(json);
        Map<String, View> views = new LinkedHashMap<>();
        for (Slot slot : slots(json, origin)) {
            long start = Long.BYTES + header + slot.start();
            if (start + slot.size() > length) {
                throw new CheckpointException(
                        origin,
                        "is truncated: tensor " + slot.name() + " ends at byte " + (start + slot.size()) + " of "
                                + length + "; copy it again");
            }
            views.put(slot.name(), new View(slot.shape(), source.at(start, slot.size())));
        }
        return views;
    }

    private static List<Slot> slots(byte[] json, Path origin) {
        JsonNode header;
        try {
            header = JSON.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(origin, "is not safetensors: its header is not JSON", e);
        }
        List<Slot> slots = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                slots.add(slot(entry.getKey(), entry.getValue(), origin));
            }
        }
        return slots;
    }

    private static Slot slot(String name, JsonNode node, Path origin) {
        if (!"F32".equals(node.path("dtype").asText())) {
            throw new CheckpointException(
                    origin,
                    "tensor " + name + " must have dtype F32, got: " + node.path("dtype") + "; convert it to float32");
        }
        List<Integer> shape = new ArrayList<>();
        node.path("shape").forEach(size -> shape.add(size.asInt(-1)));
        long start = node.path("data_offsets").path(0).asLong(-1);
        long size = node.path("data_offsets").path(1).asLong(-1) - start;
        long expected = shape.stream().mapToLong(Integer::longValue).reduce(Float.BYTES, (a, b) -> a * b);
        if (start < 0 || size < 0 || size != expected || shape.stream().anyMatch(s -> s < 0)) {
            throw new CheckpointException(
                    origin, "tensor " + name + " has shape " + shape + " but offsets " + node.path("data_offsets"));
        }
        return new Slot(name, List.copyOf(shape), start, size);
    }
}
