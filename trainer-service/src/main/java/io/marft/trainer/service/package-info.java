/**
 * The trainer as a running service: the lease that says which process trains, a term of training, and the loop from
 * trajectories to commits. Knows all other rooms; none knows it.
 */
package io.marft.trainer.service;
