package io.marft.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes weights of any type over any number of files, as others publish them. */
public final class WeightFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private WeightFiles() {}

    /**
     * Writes a checkpoint's {@code config.json} and weights.
     *
     * @param shards 1 for {@code model.safetensors}, more for as many files and an index
     */
    public static void write(Path directory, ModelConfig config, Map<String, Tensor> weights, DType dtype, int shards) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.json"), config.toJson(dtype));
            if (shards == 1) {
                write(directory.resolve("model.safetensors"), weights, dtype);
                return;
            }
            ObjectNode index = JSON.createObjectNode();
            index.putObject("metadata").put("total_size", 0);
            ObjectNode names = index.putObject("weight_map");
            for (int shard = 0; shard < shards; shard++) {
                String file = "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
                Map<String, Tensor> part = new LinkedHashMap<>();
                for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
                    if (Math.floorMod(entry.getKey().hashCode(), shards) == shard) {
                        part.put(entry.getKey(), entry.getValue());
                        names.put(entry.getKey(), file);
                    }
                }
                write(directory.resolve(file), part, dtype);
            }
            Files.writeString(directory.resolve("model.safetensors.index.json"), index.toPrettyString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes one safetensors file, values rounded to {@code dtype}. */
    public static void write(Path file, Map<String, Tensor> tensors, DType dtype) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        int offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", dtype.name());
            entry.getValue().shape().forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(offset);
            offset += entry.getValue().values().length * dtype.size();
            node.withArray("data_offsets").add(offset);
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + json.length + offset).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (Tensor tensor : tensors.values()) {
            for (float value : tensor.values()) {
                put(bytes, value, dtype);
            }
        }
        Files.write(file, bytes.array());
    }

    private static void put(ByteBuffer bytes, float value, DType dtype) {
        int bits = Float.floatToRawIntBits(value);
        switch (dtype) {
            case F32 -> bytes.putFloat(value);
            case BF16 -> bytes.putShort((short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16));
            case F16 -> bytes.putShort(half(value));
        }
    }

    /** The nearest half, ties to even; for values that half precision can hold. */
    private static short half(float value) {
        float size = Math.abs(value);
        int exponent = Math.max(Math.getExponent(size), -14);
        int steps = (int) Math.rint(Math.scalb(size, 10 - exponent));
        int bits = steps + ((exponent + 14) << 10);
        return (short) (Math.copySign(1, value) < 0 ? bits | 0x8000 : bits);
    }
}
