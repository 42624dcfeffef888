/**
 * From trajectory records to what an update learns from: reads an episode by its team's D, checks it, drops what is stale,
 * and collects a batch with the offsets behind it. Knows records, the tokenizer and the adapter versions in force, not the
 * algorithm.
 */
package io.marft.trainer.batch;
