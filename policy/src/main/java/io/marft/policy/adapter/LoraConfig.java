package io.marft.policy.adapter;

import java.util.List;
import java.util.TreeSet;

/**
 * Which linear maps an adapter changes, and by how much: W becomes W + (alpha / rank) B A.
 *
 * @param rank how many rows A and columns B have, at least 1
 * @param alpha strength: the change is scaled by alpha / rank
 * @param targets names of the linear maps, such as {@code q_proj}; kept in the order of {@link Projection}
 */
public record LoraConfig(int rank, float alpha, List<String> targets) {

    /** @throws IllegalArgumentException if rank or strength is not positive, or a name is unknown */
    public LoraConfig {
        if (rank < 1) {
            throw new IllegalArgumentException("LoRA rank must be at least 1, got: " + rank);
        }
        if (!(alpha > 0) || Float.isInfinite(alpha)) {
            throw new IllegalArgumentException("LoRA alpha must be positive, got: " + alpha);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("LoRA targets must name at least one linear map, such as q_proj");
        }
        TreeSet<Projection> sorted = new TreeSet<>();
        targets.forEach(target -> sorted.add(Projection.of(target)));
        targets = sorted.stream().map(Projection::label).toList();
    }

    /** The factor that B A is multiplied by. */
    public float scale() {
        return alpha / rank;
    }

    /** Checks that a tensor has PEFT's name for one of the targets. */
    void checkTargets(String tensor) {
        if (projections().stream().noneMatch(projection -> projection.hasPeftName(tensor))) {
            throw new IllegalArgumentException("tensor " + tensor + " is not LoRA on one of " + targets);
        }
    }

    /** The targets as linear maps, in the order of {@link Projection}. */
    public List<Projection> projections() {
        return targets.stream().map(Projection::of).toList();
    }
}
