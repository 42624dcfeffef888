package io.marft.policy.decoder;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.adapter.Projection;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Between an adapter's matrices and the decoder's, whose layers have four fused linear maps: query|key|value, attention
 * output, gate|up, down.
 *
 * <p>The adapters of one fused map become one pair: their A stacked, [ranks, inputs], and their B on the diagonal of
 * [outputs, ranks], multiplied by the adapter's scale. {@link #unfuse} is the transpose of {@link #fuse}, which is what a
 * gradient needs.
 */
final class FusedLora {

    private static final List<List<Projection>> MAPS = List.of(
            List.of(Projection.Q, Projection.K, Projection.V),
            List.of(Projection.O),
            List.of(Projection.GATE, Projection.UP),
            List.of(Projection.DOWN));

    private final ModelConfig model;

    FusedLora(ModelConfig model) {
        this.model = model;
    }

    /** For each fused map how many rows of A an adapter has. */
    int[] ranks(LoraConfig config) {
        return MAPS.stream().mapToInt(parts -> ranks(config, parts)).toArray();
    }

    private static int ranks(LoraConfig config, List<Projection> parts) {
        return config.rank()
                * (int) parts.stream().filter(config.projections()::contains).count();
    }

    /** For each layer and fused map A and B; matrices of no rows where the adapter has none. */
    List<Tensor> fuse(Adapter adapter) {
        LoraConfig config = adapter.config();
        List<Tensor> fused = new ArrayList<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (int map = 0; map < MAPS.size(); map++) {
                List<Projection> parts = MAPS.get(map);
                int inputs = parts.get(0).inputs(model);
                int outputs = parts.stream().mapToInt(p -> p.outputs(model)).sum();
                int ranks = ranks(config, parts);
                float[] a = new float[ranks * inputs];
                float[] b = new float[outputs * ranks];
                int column = 0;
                int row = 0;
                for (Projection part : parts) {
                    if (config.projections().contains(part)) {
                        float[] partA = adapter.a(layer, part).values();
                        System.arraycopy(partA, 0, a, column * inputs, partA.length);
                        float[] partB = adapter.b(layer, part).values();
                        for (int i = 0; i < partB.length; i++) {
                            b[(row + i / config.rank()) * ranks + column + i % config.rank()] =
                                    partB[i] * config.scale();
                        }
                        column += config.rank();
                    }
                    row += part.outputs(model);
                }
                fused.add(Tensor.matrix(ranks, inputs, a));
                fused.add(Tensor.matrix(outputs, ranks, b));
            }
        }
        return fused;
    }

    /**
     * The gradient with respect to the adapter's matrices.
     *
     * @param gradients with respect to the matrices of {@link #fuse} that are not empty, in their order
     */
    Adapter unfuse(Adapter adapter, List<float[]> gradients) {
        LoraConfig config = adapter.config();
        List<float[]> values = new ArrayList<>();
        int next = 0;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (int map = 0; map < MAPS.size(); map++) {
                List<Projection> parts = MAPS.get(map);
                int ranks = ranks(config, parts);
                if (ranks == 0) {
                    continue;
                }
                float[] a = gradients.get(next++);
                float[] b = gradients.get(next++);
                int inputs = parts.get(0).inputs(model);
                int column = 0;
                int row = 0;
                for (Projection part : parts) {
                    if (config.projections().contains(part)) {
                        float[] partA = Arrays.copyOfRange(a, column * inputs, (column + config.rank()) * inputs);
                        float[] partB = new float[part.outputs(model) * config.rank()];
                        for (int i = 0; i < partB.length; i++) {
                            partB[i] =
                                    b[(row + i / config.rank()) * ranks + column + i % config.rank()] * config.scale();
                        }
                        values.add(partA);
                        values.add(partB);
                        column += config.rank();
                    }
                    row += part.outputs(model);
                }
            }
        }
        return adapter.withValues(values);
    }
}
