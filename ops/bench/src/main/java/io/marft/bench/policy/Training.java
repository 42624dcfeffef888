package io.marft.bench.policy;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A forward pass over prompts and actions, and the gradient of a weighted sum of the actions' log-probabilities and 0.01 of
 * their entropies to the adapter. No optimizer step.
 */
final class Training implements Repetition {

    private static final float ENTROPY = 0.01f;

    private final Decoder decoder;
    private final Adapter adapter;
    private final List<Sequence> sequences = new ArrayList<>();
    private final float[][] lossByLogProb;
    private final float[][] lossByEntropy;

    Training(Decoder decoder, Workload workload, RandomInputs inputs) {
        this.decoder = decoder;
        this.adapter = inputs.adapter();
        List<int[]> prompts = inputs.prompts();
        int length = workload.newTokens();
        this.lossByLogProb = new float[workload.batch()][];
        this.lossByEntropy = new float[workload.batch()][length];
        double mean = 1.0 / (workload.batch() * length);
        for (int i = 0; i < workload.batch(); i++) {
            sequences.add(new Sequence(prompts.get(i), inputs.tokens(length)));
            lossByLogProb[i] = inputs.normal(length, mean);
            Arrays.fill(lossByEntropy[i], (float) (-ENTROPY * mean));
        }
    }

    @Override
    public double run() {
        try (TrainingPass pass = decoder.train(sequences, adapter, 1)) {
            pass.gradient(lossByLogProb, lossByEntropy);
        }
        return 0;
    }
}
