/**
 * Base models from scratch: a schedule of learning rates, and the loop that trains all weights on demonstrations.
 */
package io.marft.policy.pretrain;
