/**
 * Generation: requests and what comes of them, the rules of sampling, and the lanes that decode requests in one batch which they
 * join and leave between two tokens. It knows adapters and a model's shape; the model's passes are behind
 * {@link io.marft.policy.generate.Passes}.
 */
package io.marft.policy.generate;
