package io.marft.policy.train;

import io.marft.policy.adapter.Adapter;

/**
 * Sequences that were scored in a way that a gradient to an adapter can follow. It holds memory until it is closed. To be used
 * by one thread at a time.
 */
public interface TrainingPass extends AutoCloseable {

    /** The log-probability of each action token of each sequence. */
    float[][] logProbs();

    /** The entropy, in nats, of the distribution of each action token of each sequence. */
    float[][] entropies();

    /**
     * The gradient of a loss with respect to the adapter, from the loss's derivatives (a vector-Jacobian product). Call it
     * once: what it needs is used up with it.
     *
     * @param lossByLogProb dLoss / dLogProb for each sequence and action token
     * @param lossByEntropy dLoss / dEntropy for each sequence and action token
     * @return shaped and named like the adapter
     */
    Adapter gradient(float[][] lossByLogProb, float[][] lossByEntropy);

    @Override
    void close();
}
