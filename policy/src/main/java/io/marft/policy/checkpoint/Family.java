package io.marft.policy.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of models that this decoder runs: pre-norm decoder-only transformers with RMSNorm, rotary positions, grouped
 * heads and a SiLU-gated feed-forward. An entry says in what a family differs from the others.
 */
public enum Family {
    /** Qwen2 and Qwen2.5: biases on queries, keys and values. */
    QWEN2("qwen2", "Qwen2ForCausalLM", true, false, false, 0),
    /** Qwen3: a norm for each head's queries and keys, and heads of a size of their own. */
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
     * @param fixedQueryBias whether queries, keys and values have a bias and the output has none, whatever
     *     {@code attention_bias} says
     * @param configurableMlpBias whether {@code mlp_bias} is heeded
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

    /** The family of a {@code model_type}, if it is one of these. */
    static Optional<Family> of(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** All supported {@code model_type}s, for errors. */
    static String supported() {
        return Arrays.stream(values()).map(Family::modelType).collect(Collectors.joining(", "));
    }

    /** {@code model_type} in {@code config.json}. */
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

    /** Whether queries, keys and values have a bias, where {@code attention_bias} has a value. */
    boolean queryBias(boolean attentionBias) {
        return fixedQueryBias || attentionBias;
    }

    /** Whether attention's output has a bias, where {@code attention_bias} has a value. */
    boolean outputBias(boolean attentionBias) {
        return !fixedQueryBias && attentionBias;
    }

    /** Whether the feed-forward has biases, where {@code mlp_bias} has a value. */
    boolean mlpBias(boolean configured) {
        return configurableMlpBias && configured;
    }

    /** The size of a head where {@code head_dim} is not given. */
    int headSize(int hiddenSize, int heads) {
        return headSize > 0 ? headSize : hiddenSize / heads;
    }

    /** Whether {@link #headSize(int, int)} divides the width. */
    boolean dividesWidth() {
        return headSize == 0;
    }
}
