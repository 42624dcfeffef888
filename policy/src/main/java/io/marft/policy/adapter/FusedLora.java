package io.marft.policy.adapter;

import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Translates between an adapter's matrices and those of a decoder that fuses linear maps: those that read the same input are
 * one, so a layer has four instead of seven.
 *
 * <p>The adapters of one fused map become one pair: their A stacked, [ranks, inputs], and their B on the diagonal of
 * [outputs, ranks], multiplied by the adapter's scale. {@link #unfuse} is the transpose of {@link #fuse}, which is what a
 * gradient needs. Immutable and thread-safe.
 */
public final class FusedLora {

    /** The fused maps of a layer, in the decoder's order: query|key|value, attention output, gate|up, down. */
    public static final List<List<Projection>> MAPS = List.of(
            List.of(Projection.Q, Projection.K, Projection.V),
            List.of(Projection.O),
            List.of(Projection.GATE, Projection.UP),
            List.of(Projection.DOWN));

    private final ModelConfig model;

    /**
     * The names of a fused map's tensors, which lie one below the other.
     *
     * @param layer counted from 0
     * @param parts one of {@link #MAPS}
     * @param kind {@code weight} or {@code bias}
     */
    public static List<String> tensors(int layer, List<Projection> parts, String kind) {
        return parts.stream().map(part -> part.tensor(layer, kind)).toList();
    }

    /** @param model the base model's shape */
    public FusedLora(ModelConfig model) {
        this.model = model;
    }

    /** How many rows of A an adapter has for each fused map. */
    public int[] ranks(LoraConfig config) {
        return MAPS.stream().mapToInt(parts -> ranks(config, parts)).toArray();
    }

    private static int ranks(LoraConfig config, List<Projection> parts) {
        return config.rank()
                * (int) parts.stream().filter(config.projections()::contains).count();
    }

    /** A and B for each layer and fused map, in this order; matrices of no values where the adapter changes nothing. */
    public List<Tensor> fuse(Adapter adapter) {
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
     * The gradient with respect to an adapter's matrices.
     *
     * @param gradients with respect to the matrices of {@link #fuse} that are not empty, in their order
     * @return shaped and named like the adapter
     */
    public Adapter unfuse(Adapter adapter, List<float[]> gradients) {
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
