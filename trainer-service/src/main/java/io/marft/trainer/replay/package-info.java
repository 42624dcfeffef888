/**
 * Rebuilds every update from the log in a new process and compares digests. Reads what {@link io.marft.trainer.publish}
 * writes, computes with {@link io.marft.trainer.update}, and writes nothing.
 */
package io.marft.trainer.replay;
