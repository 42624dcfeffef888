package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.generate.Continuation;
import io.marft.policy.generate.Sampling;
import java.util.List;

/** Turns the sampling of rows into inputs to the module's methods. */
final class DrawInputs {

    // The modes of sampling.py.
    private static final int PLAIN = 0;
    private static final int FILTERED = 1;
    private static final int GREEDY = 2;

    private DrawInputs() {}

    /** Temperature, top-k, top-p, min-p and mode. Among other rows a greedy one keeps one token at temperature 1. */
    static NDList of(NDManager memory, List<Continuation> rows) {
        int count = rows.size();
        float[] temperatures = new float[count];
        long[] topK = new long[count];
        float[] topP = new float[count];
        float[] minP = new float[count];
        int greedy = 0;
        boolean filters = false;
        for (int row = 0; row < count; row++) {
            Sampling sampling = rows.get(row).draw().sampling();
            boolean certain = sampling.temperature() == 0;
            greedy += certain ? 1 : 0;
            filters |= certain || sampling.filters();
            temperatures[row] = certain ? 1 : sampling.temperature();
            topK[row] = certain ? 1 : sampling.topK() == 0 ? Integer.MAX_VALUE : sampling.topK();
            topP[row] = certain ? 1 : sampling.topP();
            minP[row] = certain ? 0 : sampling.minP();
        }
        int mode = greedy == count ? GREEDY : filters ? FILTERED : PLAIN;
        Shape column = new Shape(count, 1);
        return new NDList(
                memory.create(temperatures, column),
                memory.create(topK, column),
                memory.create(topP, column),
                memory.create(minP, column),
                Native.size(memory, mode));
    }

    /** The number that decides each row's next draw; each row uses one up. */
    static NDArray uniforms(NDManager memory, List<Continuation> rows) {
        return memory.create(rows.stream().mapToDouble(Continuation::uniform).toArray(), new Shape(rows.size(), 1));
    }

    /** Numbers for draws whose results nobody reads; no row uses one up. */
    static NDArray noUniforms(NDManager memory, List<Continuation> rows) {
        return memory.create(new double[rows.size()], new Shape(rows.size(), 1));
    }
}
