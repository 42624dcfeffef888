package io.marft.policy.decoder;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.adapter.Projection;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Between an adapter's matrices and the decoder's, whose layers have four fused linear maps: query|key|value, attention
 * output, gate|up, down.
 *
 * <p>The adapters of one fused map become one pair: their A stacked, [ranks, inputs], and their B on the diagonal of
 * [outputs, ranks]. The decoder folds each norm's weight into the map that follows it, so A is multiplied by it as well;
 * B is multiplied by the adapter's scale. {@link #unfuse} is the transpose of {@link #fuse}, which is what a gradient
 * needs.
 */
final class FusedLora {

    private static final List<List<Projection>> MAPS = List.of(
            List.of(Projection.Q, Projection.K, Projection.V),
            List.of(Projection.O),
            List.of(Projection.GATE, Projection.UP),
            List.of(Projection.DOWN));

    private final ModelConfig model;
    /** For each layer and fused map the weight of the norm before it, or nothing. */
    private final List<float[]> norms;

    /**
     * @param norms for each layer the weights of its first and its second norm
     */
    FusedLora(ModelConfig model, List<float[]> norms) {
        this.model = model;
        this.norms = List.copyOf(norms);
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
                int ranks = config.rank()
                        * (int) parts.stream()
                                .filter(config.projections()::contains)
                                .count();
                float[] norm = norm(layer, map);
                float[] a = new float[ranks * inputs];
                float[] b = new float[outputs * ranks];
                int column = 0;
                int row = 0;
                for (Projection part : parts) {
                    if (config.projections().contains(part)) {
                        float[] partA = adapter.a(layer, part).values();
                        for (int i = 0; i < partA.length; i++) {
                            a[column * inputs + i] = partA[i] * (norm.length == 0 ? 1 : norm[i % inputs]);
                        }
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
                int ranks = config.rank()
                        * (int) parts.stream()
                                .filter(config.projections()::contains)
                                .count();
                if (ranks == 0) {
                    continue;
                }
                float[] a = gradients.get(next++);
                float[] b = gradients.get(next++);
                int inputs = parts.get(0).inputs(model);
                float[] norm = norm(layer, map);
                int column = 0;
                int row = 0;
                for (Projection part : parts) {
                    if (config.projections().contains(part)) {
                        float[] partA = new float[config.rank() * inputs];
                        for (int i = 0; i < partA.length; i++) {
                            partA[i] = a[column * inputs + i] * (norm.length == 0 ? 1 : norm[i % inputs]);
                        }
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

    private float[] norm(int layer, int map) {
        return switch (map) {
            case 0 -> norms.get(2 * layer);
            case 2 -> norms.get(2 * layer + 1);
            default -> new float[0];
        };
    }
}
