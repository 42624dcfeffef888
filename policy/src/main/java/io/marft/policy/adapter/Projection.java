package io.marft.policy.adapter;

import io.marft.policy.checkpoint.ModelConfig;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The seven linear maps of a decoder layer, any of which LoRA may adapt. */
public enum Projection {
    /** Queries. */
    Q("self_attn", "q_proj"),
    /** Keys. */
    K("self_attn", "k_proj"),
    /** Values. */
    V("self_attn", "v_proj"),
    /** Attention's output. */
    O("self_attn", "o_proj"),
    /** The gate of the feed-forward. */
    GATE("mlp", "gate_proj"),
    /** What the gate multiplies. */
    UP("mlp", "up_proj"),
    /** Back from the feed-forward's width. */
    DOWN("mlp", "down_proj");

    private final String block;
    private final String label;

    Projection(String block, String label) {
        this.block = block;
        this.label = label;
    }

    /** The name in Hugging Face's modules, such as {@code q_proj}. */
    public String label() {
        return label;
    }

    /**
     * The linear map of a name.
     *
     * @param label such as {@code q_proj}
     * @throws IllegalArgumentException if there is no such linear map
     */
    public static Projection of(String label) {
        return Arrays.stream(values())
                .filter(projection -> projection.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("LoRA target must be one of "
                        + Arrays.stream(values()).map(Projection::label).collect(Collectors.joining(", "))
                        + ", got: " + label));
    }

    /** PEFT's name of this map's matrix {@code A} or {@code B} in {@code layer}. */
    String peftName(int layer, char matrix) {
        return "base_model.model.model.layers." + layer + "." + block + "." + label + ".lora_" + matrix + ".weight";
    }

    /** Whether a tensor has {@link #peftName} of this map for some layer and matrix. */
    boolean hasPeftName(String tensor) {
        return tensor.matches(
                "base_model\\.model\\.model\\.layers\\.\\d+\\." + block + "\\." + label + "\\.lora_[AB]\\.weight");
    }

    /** Number of inputs. */
    public int inputs(ModelConfig config) {
        return switch (this) {
            case Q, K, V, GATE, UP -> config.hiddenSize();
            case O -> config.heads() * config.headSize();
            case DOWN -> config.intermediateSize();
        };
    }

    /** Number of outputs. */
    public int outputs(ModelConfig config) {
        return switch (this) {
            case Q -> config.heads() * config.headSize();
            case K, V -> config.kvHeads() * config.headSize();
            case O, DOWN -> config.hiddenSize();
            case GATE, UP -> config.intermediateSize();
        };
    }
}
