/**
 * The formulas of the published reference implementation of MARFT, where they differ from this project's, so that its
 * numbers can be checked and compared with. Each class says what it reproduces and why this project does otherwise.
 *
 * <p>The reference lays all episodes, one behind the other, into a buffer of steps × agents: every agent acts in every
 * step, in declared order, each seeing all before it. Its log-probabilities are those at temperature 1 over the whole
 * vocabulary, under the policy that the update starts from; it knows neither stale data nor a divergence from the base
 * model. Pure functions of plain arrays; thread-safe.
 */
package io.marft.trainer.reference;
