/**
 * Verifiers judge an answer by a reference. They are found by name on the class path ({@link
 * io.marft.reward.verify.Verifiers}); references name them.
 *
 * <p>Pure. Knows texts only: no records, no Kafka, no other room.
 */
package io.marft.reward.verify;
