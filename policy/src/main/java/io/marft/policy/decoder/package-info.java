/**
 * The model's mathematics in libtorch: one TorchScript module, its weights, caches and graphs in native memory, and the passes
 * that sample, score, and give gradients. Only this room calls libtorch. It knows tokens as ids, not as text.
 */
package io.marft.policy.decoder;
