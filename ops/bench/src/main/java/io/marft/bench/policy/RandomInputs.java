package io.marft.bench.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Tokens and adapters to measure with. Not to be shared by threads. */
final class RandomInputs {

    private static final double CHANGE = 0.02;

    private final ModelConfig model;
    private final Workload workload;
    private final int[] common;
    private final SplittableRandom random = new SplittableRandom(1);

    RandomInputs(ModelConfig model, Workload workload) {
        this.model = model;
        this.workload = workload;
        this.common = tokens(workload.commonTokens());
    }

    /** One for each sequence, new ones at each call: what was read before helps only as far as they begin alike. */
    List<int[]> prompts() {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < workload.batch(); i++) {
            int[] prompt = tokens(workload.promptTokens());
            System.arraycopy(common, 0, prompt, 0, common.length);
            prompts.add(prompt);
        }
        return prompts;
    }

    int[] tokens(int count) {
        return random.ints(count, 0, model.vocabSize()).toArray();
    }

    float[] normal(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** As after some training: B is not zero. */
    Adapter adapter() {
        Adapter initial = Adapter.initial(workload.lora(), model, random.nextLong());
        List<float[]> values = new ArrayList<>();
        for (Tensor tensor : initial.tensors().values()) {
            boolean isB = values.size() % 2 == 1;
            values.add(isB ? normal(tensor.values().length, CHANGE) : tensor.values());
        }
        return initial.withValues(values);
    }
}
