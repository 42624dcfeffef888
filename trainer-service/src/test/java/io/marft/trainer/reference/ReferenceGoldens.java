package io.marft.trainer.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What {@code ops/golden/reference_formulas.py} has written. */
final class ReferenceGoldens {

    private final JsonNode document;

    private ReferenceGoldens(JsonNode document) {
        this.document = document;
    }

    static ReferenceGoldens read() {
        try (InputStream file = ReferenceGoldens.class.getResourceAsStream("/golden/reference.json")) {
            return new ReferenceGoldens(new ObjectMapper().readTree(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cases of one formula. */
    Stream<JsonNode> cases(String formula) {
        return StreamSupport.stream(document.get(formula).spliterator(), false);
    }

    double number(String name) {
        return document.get(name).doubleValue();
    }

    static double[] vector(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }

    static double[][] matrix(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(ReferenceGoldens::vector)
                .toArray(double[][]::new);
    }

    static double[][][] cube(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(ReferenceGoldens::matrix)
                .toArray(double[][][]::new);
    }
}
