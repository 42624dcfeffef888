/**
 * What an experiment is: its file, its grid of teams, algorithms and seeds, its budget. Knows no run.
 */
package io.marft.experiment.declare;
