/**
 * What an environment asks: tasks, found by name on the class path ({@link io.marft.environments.task.Tasks}), their
 * exercises, and the episodes that begin with one.
 *
 * <p>Pure. Knows the contract's records, and neither Kafka nor any particular task.
 */
package io.marft.environments.task;
