/**
 * What all benchmarks measure and print alike: figures over repetitions, memory, processor time, the machine. Knows no
 * benchmark.
 */
package io.marft.bench.report;
