/**
 * The model's mathematics in Java, for small models on a CPU: the passes that sample, on the kernels' vectors. It computes what
 * the decoder's TorchScript module does, and neither calls libtorch nor knows who does.
 */
package io.marft.policy.decoder.vector;
