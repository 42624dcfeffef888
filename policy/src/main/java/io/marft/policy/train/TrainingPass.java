package io.marft.policy.train;

import io.marft.policy.adapter.Adapter;

/**
 * Sequences scored with a graph to an adapter. It owns native memory: close it. To be used by one thread at a time.
 */
public interface TrainingPass extends AutoCloseable {

    /** For each sequence the log-probability of each action token. */
    float[][] logProbs();

    /** For each sequence the entropy of the distribution of each action token, in nats. */
    float[][] entropies();

    /**
     * The gradient of a loss with respect to the adapter, from the loss's derivatives (a vector-Jacobian product). It uses
     * the graph up: call it once.
     *
     * @param lossByLogProb for each sequence and action token, dLoss / dLogProb
     * @param lossByEntropy for each sequence and action token, dLoss / dEntropy
     * @return shaped and named like the adapter
     */
    Adapter gradient(float[][] lossByLogProb, float[][] lossByEntropy);

    @Override
    void close();
}
