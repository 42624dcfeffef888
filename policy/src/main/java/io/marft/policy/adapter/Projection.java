package io.marft.policy.adapter;

import io.marft.policy.checkpoint.ModelConfig;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The seven linear maps of a decoder layer, any of which LoRA may adapt. */
public enum Projection {
    /** Gives the queries of attention. */
    Q("self_attn", "q_proj"),
    /** Gives the keys of attention. */
    K("self_attn", "k_proj"),
    /** Gives the values of attention. */
    V("self_attn", "v_proj"),
    /** Brings the heads' outputs back to the model's width. */
    O("self_attn", "o_proj"),
    /** Gives the gate of the feed-forward. */
    GATE("mlp", "gate_proj"),
    /** Gives the values that the gate multiplies. */
    UP("mlp", "up_proj"),
    /** Brings the feed-forward's values back to the model's width. */
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
     * @throws IllegalArgumentException if no linear map has this name
     */
    public static Projection of(String label) {
        return Arrays.stream(values())
                .filter(projection -> projection.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("LoRA target must be one of "
                        + Arrays.stream(values()).map(Projection::label).collect(Collectors.joining(", "))
                        + ", got: " + label));
    }

    /**
     * The name of this map's weight or bias in Hugging Face's files.
     *
     * @param layer counted from 0
     * @param kind {@code weight} or {@code bias}
     */
    public String tensor(int layer, String kind) {
        return "model.layers." + layer + "." + block + "." + label + "." + kind;
    }

    /** PEFT's name of this map's matrix {@code A} or {@code B} in {@code layer}. */
    String peftName(int layer, char matrix) {
        return "base_model.model.model.layers." + layer + "." + block + "." + label + ".lora_" + matrix + ".weight";
    }

    /** Whether a tensor's name is a {@link #peftName} of this map, for any layer and matrix. */
    boolean hasPeftName(String tensor) {
        return tensor.matches(
                "base_model\\.model\\.model\\.layers\\.\\d+\\." + block + "\\." + label + "\\.lora_[AB]\\.weight");
    }

    /** How many values the map reads, in a model of this shape. */
    public int inputs(ModelConfig config) {
        return switch (this) {
            case Q, K, V, GATE, UP -> config.hiddenSize();
            case O -> config.heads() * config.headSize();
            case DOWN -> config.intermediateSize();
        };
    }

    /** How many values the map gives, in a model of this shape. */
    public int outputs(ModelConfig config) {
        return switch (this) {
            case Q -> config.heads() * config.headSize();
            case K, V -> config.kvHeads() * config.headSize();
            case O, DOWN -> config.hiddenSize();
            case GATE, UP -> config.intermediateSize();
        };
    }
}
