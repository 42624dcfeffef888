package io.marft.bench.policy;

import io.marft.bench.report.Phase;
import io.marft.policy.adapter.LoraConfig;
import java.util.List;

/**
 * What one repetition works on.
 *
 * @param batch sequences at a time
 * @param promptTokens length of each prompt, in random tokens
 * @param commonTokens with how many same tokens all prompts begin; below {@code promptTokens}
 * @param newTokens tokens to draw for each prompt, or, in training, of each action
 * @param loraRank rank of the adapters
 * @param loraTargets the linear maps that they change
 */
public record Workload(
        int batch, int promptTokens, int commonTokens, int newTokens, int loraRank, List<String> loraTargets) {

    /** Checks the ranges. */
    public Workload {
        atLeastOne("batch", batch);
        atLeastOne("prompt-tokens", promptTokens);
        atLeastOne("new-tokens", newTokens);
        if (commonTokens < 0 || commonTokens >= promptTokens) {
            throw new IllegalArgumentException("common-tokens must be 0 or more and below prompt-tokens=" + promptTokens
                    + ", got: " + commonTokens);
        }
        loraTargets = new LoraConfig(loraRank, 2 * loraRank, loraTargets).targets();
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, got: " + value);
        }
    }

    /** The adapters' form; alpha is twice the rank. */
    LoraConfig lora() {
        return new LoraConfig(loraRank, 2 * loraRank, loraTargets);
    }

    /** Tokens of one repetition: those drawn, or, in training, those of prompts and actions. */
    int counted(Phase phase) {
        return batch * (phase == Phase.TRAIN ? promptTokens + newTokens : newTokens);
    }
}
