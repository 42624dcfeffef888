/**
 * One run of a grid: play, learn, measure, and the checkpoint from which it goes on. Knows the game and the declaration.
 */
package io.marft.experiment.run;
