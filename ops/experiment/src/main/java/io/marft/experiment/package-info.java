/**
 * Experiments: a declared grid of teams, algorithms and seeds, each run at the same budget of generated tokens.
 *
 * <p>A run is the running system without Kafka. It makes the same records ({@code Observation}, {@code Turn},
 * {@code Action}, {@code Reward}, {@code Trajectory}) with the same code: the router's, the agents', the scorer's, the
 * assembler's and the trainer's pure cores, called one after the other in one thread where the running system hands records
 * over on topics. What differs is timing, and by intent: each batch is played with the adapters that the update before it
 * made (staleness 0), and a run is a pure function of its plan, so that it can be repeated bit for bit.
 */
package io.marft.experiment;
