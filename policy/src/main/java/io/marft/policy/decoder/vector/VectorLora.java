package io.marft.policy.decoder.vector;

import io.marft.kernels.PackedMatrix;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An adapter's matrices as {@link VectorPasses} multiplies them. Immutable. */
final class VectorLora {

    /**
     * What an adapter adds to a linear map: (x A') B'.
     *
     * @param a [ranks, inputs]
     * @param b [outputs, ranks], with the adapter's scale
     */
    record Pair(PackedMatrix a, PackedMatrix b) {}

    private final List<Optional<Pair>> pairs = new ArrayList<>();

    VectorLora(FusedLora fusion, Adapter adapter) {
        List<Tensor> fused = fusion.fuse(adapter);
        for (int i = 0; i < fused.size(); i += 2) {
            Tensor a = fused.get(i);
            int ranks = a.shape().get(0);
            pairs.add(ranks == 0 ? Optional.empty() : Optional.of(new Pair(packed(a), packed(fused.get(i + 1)))));
        }
    }

    private static PackedMatrix packed(Tensor matrix) {
        return new PackedMatrix(matrix.shape().get(0), matrix.shape().get(1), matrix.values(), new float[0]);
    }

    /** What the adapter adds to a layer's fused map; empty where it adds nothing. */
    Optional<Pair> pair(int layer, int map) {
        return pairs.get(layer * FusedLora.MAPS.size() + map);
    }
}
