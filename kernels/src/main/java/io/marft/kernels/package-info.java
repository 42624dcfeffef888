/**
 * The arithmetic of a small decoder on Java's vectors: matrix products, attention, norms and gates, on plain arrays. It knows
 * nothing of models, tokens or files, and nothing else of marft.
 *
 * <p>{@link io.marft.kernels.Kernels#available} says whether this JVM has the vectors; nothing else here may be used before.
 */
package io.marft.kernels;
