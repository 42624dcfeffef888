/**
 * Scores and gradients as whoever trains sees them: sequences, what the model says about them, and passes that a gradient can
 * follow. It knows adapters, and not where a pass is computed.
 */
package io.marft.policy.train;
