/**
 * {@code bench policy}: decoding, mixed adapters and training on a checkpoint, in a process of its own, beside a peer. Knows
 * the policy and the report.
 */
package io.marft.bench.policy;
