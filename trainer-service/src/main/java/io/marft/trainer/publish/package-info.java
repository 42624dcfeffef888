/**
 * How an update becomes records: adapter chunks and manifests, the checkpoint, the update record, and the transaction that
 * commits them with the consumed offsets; how they are read back; and the import of foreign adapters. Knows state and
 * records, not how an update is computed.
 */
package io.marft.trainer.publish;
