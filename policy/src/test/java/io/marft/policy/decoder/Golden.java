package io.marft.policy.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What transformers and peft computed on a golden model, see {@code ops/golden/models.py}. */
record Golden(Path directory, JsonNode expected, Map<String, SafeTensors.View> tensors) {

    static Golden of(String name) {
        Path directory = Path.of("src/test/resources/golden", name);
        try {
            JsonNode expected = new ObjectMapper().readTree(Files.readAllBytes(directory.resolve("expected.json")));
            return new Golden(directory, expected, SafeTensors.open(directory.resolve("expected.safetensors")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path adapter() {
        return directory.resolve("peft-adapter");
    }

    float[] values(String tensor) {
        return tensors.get(tensor).toTensor().values();
    }

    /** Row {@code row} of a matrix. */
    float[] row(String tensor, int row) {
        Tensor matrix = tensors.get(tensor).toTensor();
        int width = matrix.shape().get(1);
        float[] values = new float[width];
        System.arraycopy(matrix.values(), row * width, values, 0, width);
        return values;
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    /** Each entry of an array, with its place. */
    static <T> List<T> each(JsonNode array, BiFunction<Integer, JsonNode, T> reader) {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            all.add(reader.apply(i, array.get(i)));
        }
        return all;
    }
}
