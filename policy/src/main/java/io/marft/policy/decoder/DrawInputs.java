package io.marft.policy.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.marft.policy.generate.Continuation;
import io.marft.policy.generate.Draw;
import java.util.List;

/** How rows draw, as inputs of the module's methods. */
final class DrawInputs {

    private static final int PLAIN = 0;
    private static final int FILTERED = 1;
    private static final int GREEDY = 2;

    private DrawInputs() {}

    /** Temperature, top-k, top-p, min-p and mode. A greedy row among others keeps one token at temperature 1. */
    static NDList of(NDManager memory, List<Continuation> rows) {
        int count = rows.size();
        float[] temperatures = new float[count];
        long[] topK = new long[count];
        float[] topP = new float[count];
        float[] minP = new float[count];
        int greedy = 0;
        boolean filters = false;
        for (int row = 0; row < count; row++) {
            Draw draw = rows.get(row).draw();
            boolean certain = draw.temperature() == 0;
            greedy += certain ? 1 : 0;
            filters |= certain || draw.filters();
            temperatures[row] = certain ? 1 : draw.temperature();
            topK[row] = certain ? 1 : draw.topK() == 0 ? Integer.MAX_VALUE : draw.topK();
            topP[row] = certain ? 1 : draw.topP();
            minP[row] = certain ? 0 : draw.minP();
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

    /** The number that decides each row's next draw, which is used up. */
    static NDArray uniforms(NDManager memory, List<Continuation> rows) {
        return memory.create(rows.stream().mapToDouble(Continuation::uniform).toArray(), new Shape(rows.size(), 1));
    }

    /** For draws that nobody reads. */
    static NDArray noUniforms(NDManager memory, List<Continuation> rows) {
        return memory.create(new double[rows.size()], new Shape(rows.size(), 1));
    }
}
