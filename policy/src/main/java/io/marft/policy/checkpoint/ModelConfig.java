package io.marft.policy.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * The shape of a decoder: Hugging Face's {@code config.json}, and the end tokens of {@code generation_config.json}.
 *
 * @param family in what ways it differs from other decoders
 * @param hiddenSize width D
 * @param layers number of decoder layers
 * @param heads query heads H
 * @param kvHeads key and value heads K; divides H
 * @param headSize size E of one head, even; H · E need not be D
 * @param intermediateSize width of the gated feed-forward
 * @param vocabSize number of token ids V
 * @param rmsNormEps added to the mean square before its root
 * @param rotary how positions turn queries and keys
 * @param maxPositions longest sequence, prompt and output together, in tokens
 * @param tiedEmbeddings whether the output head is the embedding
 * @param queryBias whether queries, keys and values have a bias
 * @param outputBias whether attention's output has a bias
 * @param mlpBias whether the three maps of the feed-forward have a bias
 * @param eosTokens token ids that end an output; the first is the one that training writes
 * @param padToken the id that fills padded places (its value has no influence)
 */
public record ModelConfig(
        Family family,
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        int intermediateSize,
        int vocabSize,
        double rmsNormEps,
        Rotary rotary,
        int maxPositions,
        boolean tiedEmbeddings,
        boolean queryBias,
        boolean outputBias,
        boolean mlpBias,
        List<Integer> eosTokens,
        int padToken) {

    /** @throws IllegalArgumentException if sizes do not fit together, or the family has no such biases */
    public ModelConfig {
        eosTokens = List.copyOf(eosTokens);
        positive("hidden_size", hiddenSize);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("num_key_value_heads", kvHeads);
        positive("head_dim", headSize);
        positive("intermediate_size", intermediateSize);
        positive("vocab_size", vocabSize);
        positive("max_position_embeddings", maxPositions);
        check(rmsNormEps > 0 && rmsNormEps < 1, "rms_norm_eps must be between 0 and 1, got: " + rmsNormEps);
        check(heads % kvHeads == 0, "heads=" + heads + " must be a multiple of kv heads=" + kvHeads);
        check(headSize % 2 == 0, "head size=" + headSize + " must be even (rotary pairs)");
        check(
                family.queryBias(queryBias) == queryBias
                        && family.outputBias(queryBias) == outputBias
                        && family.mlpBias(mlpBias) == mlpBias,
                family.modelType() + " has no model with biases on q, k, v=" + queryBias + ", o=" + outputBias
                        + ", feed-forward=" + mlpBias);
        check(!eosTokens.isEmpty(), "eos_token_id is missing: outputs could not end");
        for (int token : eosTokens) {
            check(token >= 0 && token < vocabSize, "eos_token_id=" + token + " must be below vocab_size=" + vocabSize);
        }
        check(padToken >= 0 && padToken < vocabSize, "pad_token_id=" + padToken + " must be below " + vocabSize);
    }

    /** A Qwen2 model whose heads share the width and whose positions are not scaled. */
    public static ModelConfig qwen2(
            int hiddenSize,
            int layers,
            int heads,
            int kvHeads,
            int intermediateSize,
            int vocabSize,
            double rmsNormEps,
            double ropeTheta,
            int maxPositions,
            boolean tiedEmbeddings,
            List<Integer> eosTokens,
            int padToken) {
        checkDivides(hiddenSize, heads);
        return new ModelConfig(
                Family.QWEN2,
                hiddenSize,
                layers,
                heads,
                kvHeads,
                hiddenSize / heads,
                intermediateSize,
                vocabSize,
                rmsNormEps,
                Rotary.plain(ropeTheta),
                maxPositions,
                tiedEmbeddings,
                true,
                false,
                false,
                eosTokens,
                padToken);
    }

    /**
     * Reads {@code config.json} and, where it exists, {@code generation_config.json}.
     *
     * @throws CheckpointException if one is not JSON, or describes a model that this decoder cannot run
     */
    public static ModelConfig read(Path directory) {
        return ConfigReader.read(directory);
    }

    /** This configuration as the text of a float32 model's {@code config.json}, the same for the same values. */
    public String toJson() {
        return toJson(DType.F32);
    }

    /** This configuration as the text of a {@code config.json} of weights in {@code dtype}. */
    public String toJson(DType dtype) {
        return ConfigWriter.write(this, dtype);
    }

    /** Checks that heads can share the width. */
    static void checkDivides(int hiddenSize, int heads) {
        positive("hidden_size", hiddenSize);
        positive("num_attention_heads", heads);
        check(hiddenSize % heads == 0, "hidden_size=" + hiddenSize + " must be a multiple of heads=" + heads);
    }

    private static void positive(String name, int value) {
        check(value > 0, name + " must be positive, got: " + value);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
