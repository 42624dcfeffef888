/**
 * AdamW on float32 masters, and its moments. Pure functions of arrays.
 */
package io.marft.trainer.optimizer;
