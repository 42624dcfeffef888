/**
 * {@code bench pipeline}: latency, throughput and cost of the records' way, with a policy that answers at once. Knows the
 * local stack, the services and the report.
 */
package io.marft.bench.pipeline;
