/**
 * Commands that measure and compare, and the one that makes the bundled model. Turns options into the plans of the
 * benchmarks and of experiments, which do the work.
 */
package io.marft.cli.lab;
