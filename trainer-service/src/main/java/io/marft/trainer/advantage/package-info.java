/**
 * Generalized advantage estimation over a flattened episode, at action and at token level, and the normalisation of
 * advantages. Pure functions of arrays; knows nothing of records, models or state.
 */
package io.marft.trainer.advantage;
