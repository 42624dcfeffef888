/**
 * What training carries from one update to the next: adapters, critics, their moments and the seed, and the bytes that they
 * are written as. Knows the configuration that shaped it, not how it changes.
 */
package io.marft.trainer.state;
