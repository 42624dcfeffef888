/**
 * {@code bench update}: plays episodes in process and measures a MARFT update on them, phase by phase. Knows the trainer,
 * the experiment's arena and the report.
 */
package io.marft.bench.update;
