/**
 * Base models on disk, in Hugging Face's layout: configuration, weights in safetensors, and the digest that names a model. It
 * knows files and shapes, and nothing of how a model computes.
 */
package io.marft.policy.checkpoint;
