package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Multilayer perceptrons on libtorch, where a model computes: ReLU between layers, no bias, one output. Weights and inputs
 * are float32, and all arithmetic is float64.
 *
 * <p>Inputs go through in pieces of one size, so memory is bounded however many there are, and sums are taken in one order:
 * results repeat bit for bit wherever the model's own do.
 *
 * <p>To be used by one thread at a time, until the model is closed; others may use the model meanwhile.
 */
public final class Perceptrons {

    /** Inputs of a piece: enough to keep matrix products busy, and few enough that a small one stays in the caches. */
    private static final int PIECE = 512;

    private final Native model;
    private final PtSymbolBlock module;
    /** Weights, and behind them one piece of inputs, on their way into native memory. */
    private ByteBuffer staging = ByteBuffer.allocateDirect(0);

    Perceptrons(Native model) {
        this.model = model;
        this.module = model.beside("perceptron.py", "Perceptron");
    }

    /**
     * The output for each input.
     *
     * @param sizes of the input, each hidden layer and, 1, the output
     * @param weights layer after layer, each {@code [out, in]} by rows
     * @param inputs {@code [count][in]}
     * @throws IllegalArgumentException if an input or the weights do not fit the sizes
     */
    public double[] values(List<Integer> sizes, float[] weights, List<float[]> inputs) {
        double[] values = new double[inputs.size()];
        try (NDManager pass = model.open()) {
            NDList layers = layers(pass, sizes, weights, inputs.size());
            for (int from = 0; from < values.length; from += PIECE) {
                List<float[]> piece = inputs.subList(from, Math.min(from + PIECE, values.length));
                try (NDManager call = model.open()) {
                    NDList all = new NDList(matrix(call, weights.length, piece, sizes.get(0)));
                    all.addAll(layers);
                    double[] found = run("values", all).singletonOrThrow().toDoubleArray();
                    System.arraycopy(found, 0, values, from, found.length);
                }
            }
        }
        return values;
    }

    /**
     * A loss's derivative by every weight.
     *
     * @param sizes as for {@link #values}
     * @param weights as for {@link #values}
     * @param inputs as for {@link #values}; at least one
     * @param byValue the loss's derivative by the output for each input
     * @return in the order of the weights, summed in float64 and rounded once
     * @throws IllegalArgumentException if what is given does not fit together
     */
    public float[] gradient(List<Integer> sizes, float[] weights, List<float[]> inputs, double[] byValue) {
        if (byValue.length != inputs.size()) {
            throw new IllegalArgumentException("Perceptron must have one derivative for each input: " + inputs.size()
                    + ", got: " + byValue.length);
        }
        try (NDManager pass = model.open()) {
            NDList layers = layers(pass, sizes, weights, inputs.size());
            NDList sums = Native.none(pass, "sums[]");
            for (int from = 0; from < byValue.length; from += PIECE) {
                int to = Math.min(from + PIECE, byValue.length);
                try (NDManager call = model.open()) {
                    NDList all = new NDList(
                            matrix(call, weights.length, inputs.subList(from, to), sizes.get(0)),
                            call.create(Arrays.copyOfRange(byValue, from, to)));
                    all.addAll(layers);
                    all.addAll(sums);
                    sums = named(run("gradient", all), "sums[]");
                    sums.attach(pass);
                }
            }
            return rounded(sums, weights.length);
        }
    }

    private static float[] rounded(NDList layers, int count) {
        float[] rounded = new float[count];
        int at = 0;
        for (NDArray layer : layers) {
            for (double value : layer.toDoubleArray()) {
                rounded[at++] = (float) value;
            }
        }
        return rounded;
    }

    /** In float32 for one piece of inputs, which widens them itself; for several in float64, so that it is done once. */
    private NDList layers(NDManager pass, List<Integer> sizes, float[] weights, int inputs) {
        int count = count(sizes);
        if (weights.length != count) {
            throw new IllegalArgumentException(
                    "Perceptron of sizes " + sizes + " must have " + count + " weights, got: " + weights.length);
        }
        stage(count + (long) Math.min(inputs, PIECE) * sizes.get(0));
        floats(0, weights.length).asFloatBuffer().put(weights);
        NDList layers = new NDList();
        int at = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            List<Integer> shape = List.of(sizes.get(layer), sizes.get(layer - 1));
            int values = shape.get(0) * shape.get(1);
            layers.add(Native.tensor(pass, shape, floats(at, values), DataType.FLOAT32));
            at += values;
        }
        named(layers, "layers[]");
        return inputs <= PIECE ? layers : named(run("widen", layers), "layers[]");
    }

    private static int count(List<Integer> sizes) {
        long count = 0;
        for (int layer = 1; layer < sizes.size(); layer++) {
            count += (long) sizes.get(layer) * sizes.get(layer - 1);
        }
        return Math.toIntExact(count);
    }

    private NDArray matrix(NDManager call, int at, List<float[]> rows, int width) {
        ByteBuffer bytes = floats(at, rows.size() * width);
        FloatBuffer floats = bytes.asFloatBuffer();
        for (float[] row : rows) {
            if (row.length != width) {
                throw new IllegalArgumentException(
                        "Perceptron's inputs must have " + width + " values each, got: " + row.length);
            }
            floats.put(row);
        }
        return Native.tensor(call, List.of(rows.size(), width), bytes, DataType.FLOAT32);
    }

    private void stage(long floats) {
        if (staging.capacity() < floats * Float.BYTES) {
            staging = ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES));
        }
    }

    private ByteBuffer floats(int from, int count) {
        return staging.slice(from * Float.BYTES, count * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private NDList run(String method, NDList inputs) {
        return model.run(module, method, Native.Mode.INFERENCE, inputs);
    }

    private static NDList named(NDList arrays, String name) {
        arrays.forEach(array -> Native.named(array, name));
        return arrays;
    }
}
