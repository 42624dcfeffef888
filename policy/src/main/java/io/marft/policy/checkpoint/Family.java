package io.marft.policy.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The families of models that the decoder runs: pre-norm decoder-only transformers with RMSNorm, rotary positions, grouped
 * heads and a SiLU-gated feed-forward. Each entry says how its family differs from the others.
 */
public enum Family {
    /** Qwen2 and Qwen2.5 have biases on queries, keys and values. */
    QWEN2("qwen2", "Qwen2ForCausalLM", true, false, false, 0),
    /** Qwen3 has a norm for each head's queries and keys, and heads whose size does not follow from the width. */
    QWEN3("qwen3", "Qwen3ForCausalLM", false, false, true, 128),
    /** Llama 2 and 3, and others in its layout, such as SmolLM2. */
    LLAMA("llama", "LlamaForCausalLM", false, true, false, 0);

    private final String modelType;
    private final String architecture;
    private final boolean fixedQueryBias;
    private final boolean configurableMlpBias;
    private final boolean queryKeyNorm;
    private final int headSize;

    /**
     * Describes a family.
     *
     * @param fixedQueryBias whether queries, keys and values have a bias and the output has none, whatever
     *     {@code attention_bias} says
     * @param configurableMlpBias whether {@code mlp_bias} is heeded
     * @param queryKeyNorm as {@link #queryKeyNorm()}
     * @param headSize default of {@code head_dim}; 0 for {@code hidden_size / num_attention_heads}
     */
    Family(
            String modelType,
            String architecture,
            boolean fixedQueryBias,
            boolean configurableMlpBias,
            boolean queryKeyNorm,
            int headSize) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.fixedQueryBias = fixedQueryBias;
        this.configurableMlpBias = configurableMlpBias;
        this.queryKeyNorm = queryKeyNorm;
        this.headSize = headSize;
    }

    /** The family of a {@code model_type}; empty if it is none of these. */
    static Optional<Family> of(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** The names of all supported {@code model_type}s, for errors. */
    static String supported() {
        return Arrays.stream(values()).map(Family::modelType).collect(Collectors.joining(", "));
    }

    /** The {@code model_type} in {@code config.json}. */
    public String modelType() {
        return modelType;
    }

    /** The class in {@code architectures} of {@code config.json}. */
    public String architecture() {
        return architecture;
    }

    /** Whether each head's queries and keys pass an RMSNorm before they are rotated. */
    public boolean queryKeyNorm() {
        return queryKeyNorm;
    }

    /** Whether queries, keys and values have a bias, given the value of {@code attention_bias}. */
    boolean queryBias(boolean attentionBias) {
        return fixedQueryBias || attentionBias;
    }

    /** Whether attention's output has a bias, given the value of {@code attention_bias}. */
    boolean outputBias(boolean attentionBias) {
        return !fixedQueryBias && attentionBias;
    }

    /** Whether the feed-forward has biases, given the value of {@code mlp_bias}. */
    boolean mlpBias(boolean configured) {
        return configurableMlpBias && configured;
    }

    /** The size of a head where {@code head_dim} is not given. */
    int headSize(int hiddenSize, int heads) {
        return headSize > 0 ? headSize : hiddenSize / heads;
    }

    /** Whether the default size of a head is the width divided by the number of heads. */
    boolean dividesWidth() {
        return headSize == 0;
    }
}
